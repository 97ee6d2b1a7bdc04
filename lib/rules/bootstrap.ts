import { foundingOf } from '../cluster';
import { subject } from './subject';

/** The longest permission. One that lasts longer may be left on a stick and bootstrap a second cluster. */
const MOST_DAYS = 7;
const DAY_MS = 86_400_000;

const RULES = {
  'founder-not-server': { cause: '`bootstrap.node` is an agent', cure: 'Name a server' },
  'founder-without-claim': {
    cause:
      'The VIP is IPv6 only, and a server that bootstraps unattended claims the VIP by ARP. Also checked by `npm run hosts -- --permit-init`',
    cure: 'Bootstrap by hand as `hosts/README.md` describes, or add an IPv4 VIP if the nodes have IPv4',
  },
  'permission-unused': {
    cause: '`os` names k3OS only, which has no `k3s-ha` to use the permission',
    cure: 'Bootstrap from the boot menu as `hosts/README.md` describes under k3OS',
  },
  'permission-expired': {
    cause: '`bootstrap.notAfter` is in the past',
    cure: 'Remove `bootstrap` if the cluster exists, else set a later time',
  },
  'permission-long': {
    cause: `The permission lasts more than ${MOST_DAYS} days, and could bootstrap a second cluster later`,
    cure: `Set an end within ${MOST_DAYS} days`,
  },
} as const;

/** The permission to bootstrap is for a server that can claim the VIP, has not expired, and ends soon. */
export const bootstrap = subject(RULES, (cluster, report, now) => {
  if (!cluster.bootstrap) return;
  const { node, notAfter } = cluster.bootstrap;
  if (cluster.nodes.some(({ name, role }) => name === node && role === 'agent')) {
    report('founder-not-server', ['bootstrap', 'node'], `${node} is an agent and cannot bootstrap`, 'name a server');
  }
  if (foundingOf(cluster) === 'by-hand') {
    report(
      'founder-without-claim',
      ['bootstrap'],
      'a server bootstraps unattended only with an IPv4 VIP, which it claims by ARP, and the VIP is IPv6',
      'remove bootstrap and bootstrap by hand (hosts/README.md), or add an IPv4 address to controlPlane.vip',
    );
  }
  if (cluster.os?.join() === 'k3os') {
    report(
      'permission-unused',
      ['bootstrap'],
      'k3OS has no k3s-ha to use this permission',
      'remove bootstrap, and bootstrap from the boot menu as hosts/README.md describes under k3OS',
    );
  }
  const path = ['bootstrap', 'notAfter'];
  const left = notAfter.getTime() - now.getTime();
  if (left <= 0) {
    report(
      'permission-expired',
      path,
      `the permission to bootstrap expired at ${notAfter.toISOString()}`,
      'remove bootstrap if the cluster exists, else set a later time',
    );
  } else if (left > MOST_DAYS * DAY_MS) {
    report(
      'permission-long',
      path,
      `the permission to bootstrap lasts ${Math.ceil(left / DAY_MS)} days, until ${notAfter.toISOString()}`,
      `set an end within ${MOST_DAYS} days`,
    );
  }
});
