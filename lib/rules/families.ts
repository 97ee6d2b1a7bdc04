import type { Path } from '../cluster';
import { contains, type Family } from '../network';
import { subject } from './subject';

const RULES = {
  'duplicate-family': { cause: 'A list has two entries of one IP family' },
  'family-mismatch': { cause: 'A list has other IP families than `network.subnet`, or another order' },
} as const;

interface OfFamily {
  readonly family: Family;
}

/**
 * With two IP families, k3s and Kubernetes use the first entry of each list as the main family, so every list has the families of
 * network.subnet in their order: https://docs.k3s.io/networking/basic-network-options#dual-stack-ipv4--ipv6-networking.
 */
export const families = subject(RULES, ({ network, nodes, controlPlane }, report) => {
  const isTwice = (list: readonly OfFamily[]): boolean => new Set(list.map(({ family }) => family)).size < list.length;
  const judge = (what: string, list: readonly OfFamily[], path: Path, wanted: readonly OfFamily[]): void => {
    if (isTwice(list)) {
      report('duplicate-family', path, `${what} has two entries of one IP family`, 'keep one entry per family');
    } else if (!isTwice(wanted) && named(list) !== named(wanted)) {
      report(
        'family-mismatch',
        path,
        `${what} is ${named(list)}, and network.subnet is ${named(wanted)}`,
        'give one entry per family of network.subnet, in the same order',
      );
    }
  };
  for (const kind of ['subnet', 'pods', 'services'] as const) {
    judge(`network.${kind}`, network[kind], ['network', kind], network.subnet);
  }
  for (const [n, { name, address }] of nodes.entries()) {
    // an address outside every node network has a problem of its own
    if (address.some((one) => !network.subnet.some((subnet) => contains(subnet, one)))) continue;
    judge(`the address of ${name}`, address, ['nodes', n, 'address'], network.subnet);
  }
  judge('controlPlane.vip', controlPlane.vip, ['controlPlane', 'vip'], controlPlane.vip);
});

const named = (list: readonly OfFamily[]): string => list.map(({ family }) => `IPv${family}`).join(' and ');
