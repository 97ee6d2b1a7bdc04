import { mayLose, quorumOf, serversOf } from '../cluster';
import { subject } from './subject';

const RULES = {
  'no-server': { cause: 'No node has `role: server`' },
  'one-server': {
    cause: 'The cluster is unavailable while its only server is down',
    cure: 'Use 3 servers',
    severity: 'warning',
  },
  'two-servers': { cause: 'The quorum of 2 etcd members is 2, so the control plane stops when either fails' },
  'even-servers': {
    cause: 'An even number of servers tolerates no more failures than one less',
    severity: 'warning',
  },
  'many-servers': {
    cause: 'With more than 7 servers, every write waits for a quorum of 5 or more',
    severity: 'warning',
  },
} as const;

/** More members make every write slower: https://etcd.io/docs/v3.6/faq/#what-is-maximum-cluster-size. */
const MOST_SERVERS = 7;

/** The number of servers decides which failures the cluster tolerates. */
export const quorum = subject(RULES, (cluster, report) => {
  const count = serversOf(cluster).length;
  const path = ['nodes'];
  if (count === 0) return report('no-server', path, 'no node has role: server', 'set role: server on 3 nodes');
  if (count === 1) return report('one-server', path, '1 server tolerates no failure', 'use 3 servers to tolerate 1');
  if (count === 2) {
    return report(
      'two-servers',
      path,
      '2 servers tolerate no failure, because etcd needs both for quorum',
      'use 3 servers to tolerate 1, or change one of the two to role: agent',
    );
  }
  if (count > MOST_SERVERS) {
    report(
      'many-servers',
      path,
      `every write waits for a quorum of ${quorumOf(count)} of ${count} servers`,
      `use at most ${MOST_SERVERS} servers, and role: agent for the others`,
    );
  }
  if (count % 2 === 1) return;
  report(
    'even-servers',
    path,
    `${count} servers tolerate the loss of ${mayLose(count)}, as ${count - 1} servers do`,
    `use ${count - 1} or ${count + 1} servers`,
  );
});
