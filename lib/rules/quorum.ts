import { type Cluster, error, mayLose, type Problem, quorumOf, serversOf, warning } from '../cluster';

/** More members make every write slower: https://etcd.io/docs/v3.6/faq/#what-is-maximum-cluster-size. */
const MOST_SERVERS = 7;

/** The number of servers decides what the cluster survives. */
export function quorum(cluster: Cluster): Problem[] {
  const count = serversOf(cluster).length;
  const path = ['nodes'];
  if (count === 0) return [error('no-server', path, 'no node has the role server', 'make three nodes servers')];
  if (count === 1) {
    return [
      warning(
        'one-server',
        path,
        'with 1 server the cluster is down whenever that server is',
        'use 3 servers, of which any 1 may be down',
      ),
    ];
  }
  if (count === 2) {
    return [
      error(
        'two-servers',
        path,
        '2 servers are worse than 1: etcd needs a majority, and the majority of 2 is 2, so the whole control plane stops when either is down',
        'use 3 servers (any 1 may be down), or make one of the two an agent',
      ),
    ];
  }
  const many =
    count > MOST_SERVERS
      ? [
          warning(
            'many-servers',
            path,
            `every write waits for ${quorumOf(count)} of ${count} servers`,
            `use ${MOST_SERVERS} servers or fewer, and make the others agents`,
          ),
        ]
      : [];
  if (count % 2 === 1) return many;
  return [
    ...many,
    warning(
      'even-servers',
      path,
      `${count} servers may lose ${mayLose(count)}, as many as ${count - 1} servers may, and there is one more that can fail`,
      `use ${count - 1} or ${count + 1} servers`,
    ),
  ];
}
