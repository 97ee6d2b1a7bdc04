import { type Cluster, error, foundingOf, type Problem } from '../cluster';
import { unknownName } from './unknown-name';

/** A permission that outlives its week is one that somebody forgets on a stick. */
const MOST_DAYS = 7;
const DAY_MS = 86_400_000;

/** The permission to found the cluster is for a server that can use it and claim the virtual IP, has not ended, and ends soon. */
export function bootstrap(cluster: Cluster, now: Date): Problem[] {
  const { bootstrap: permission, nodes } = cluster;
  if (!permission) return [];
  const { node, notAfter } = permission;
  const names = nodes.map(({ name }) => name);
  const unknown = unknownName('node', node, names, ['bootstrap', 'node'], ' that could found the cluster');
  const agent =
    nodes.find(({ name }) => name === node)?.role === 'agent'
      ? [
          error(
            'founder-not-server',
            ['bootstrap', 'node'],
            `${node} is an agent, which cannot found a cluster`,
            'name a server',
          ),
        ]
      : [];
  return [...unknown, ...agent, ...claim(cluster), ...unused(cluster), ...ending(notAfter, now)];
}

function claim(cluster: Cluster): Problem[] {
  if (foundingOf(cluster) !== 'by-hand') return [];
  return [
    error(
      'founder-without-claim',
      ['bootstrap'],
      'the virtual IP is IPv6 alone, and a server that founds the cluster by itself has to claim an IPv4 one by ARP',
      'let no server do it: a person founds this cluster by hand, see hosts/README.md; or give controlPlane.vip an IPv4 address too, where the machines have some',
    ),
  ];
}

function unused({ os }: Cluster): Problem[] {
  if (os?.join() !== 'k3os') return [];
  return [
    error(
      'permission-unused',
      ['bootstrap'],
      'k3OS has no k3s-ha, so nothing there would use the permission to found the cluster',
      'take bootstrap out and found the cluster from the boot menu, as hosts/README.md says under k3OS',
    ),
  ];
}

function ending(notAfter: Date, now: Date): Problem[] {
  const path = ['bootstrap', 'notAfter'];
  const left = notAfter.getTime() - now.getTime();
  if (left <= 0) {
    return [
      error(
        'permission-expired',
        path,
        `the permission to found the cluster ended at ${notAfter.toISOString()}`,
        'take bootstrap out when the cluster exists, else state a new time',
      ),
    ];
  }
  if (left <= MOST_DAYS * DAY_MS) return [];
  return [
    error(
      'permission-long',
      path,
      `the permission to found the cluster would last until ${notAfter.toISOString()}, ${Math.ceil(left / DAY_MS)} days`,
      `let it end within ${MOST_DAYS} days, so that no forgotten stick founds a second cluster`,
    ),
  ];
}
