import { JITTER, outlastsRetries } from '../lease';
import { error, type Problem, warning } from '../problem';
import type { Cluster } from '../schema';

/** k3s gives etcd 5 s to notice that its leader is gone, and an election may take as long again. */
const ETCD_ELECTION_SECONDS = 10;

/**
 * The lease of the virtual IP must satisfy duration > renew > 1.2 x retry, or kube-vip dies at start (../lease.ts).
 */
export function lease(cluster: Cluster): Problem[] {
  const { durationSeconds, renewSeconds, retrySeconds } = cluster.controlPlane.lease;
  const path = ['controlPlane', 'lease'];
  const problems: Problem[] = [];
  if (durationSeconds <= renewSeconds) {
    problems.push(
      error(
        'lease-order',
        path,
        `durationSeconds ${durationSeconds} is not above renewSeconds ${renewSeconds}`,
        'the others must wait longer than the holder tries (the defaults are 15, 10 and 2)',
      ),
    );
  }
  if (!outlastsRetries(renewSeconds, retrySeconds)) {
    problems.push(
      error(
        'lease-order',
        path,
        `renewSeconds ${renewSeconds} is not above ${JITTER} x retrySeconds ${retrySeconds}`,
        'the holder needs time for more than one try (the defaults are 15, 10 and 2)',
      ),
    );
  }
  if (problems.length === 0 && renewSeconds < ETCD_ELECTION_SECONDS) {
    problems.push(
      warning(
        'lease-short',
        [...path, 'renewSeconds'],
        `the holder gives the virtual IP up after ${renewSeconds} s without a renewal, and etcd may take ${ETCD_ELECTION_SECONDS} s to elect a leader`,
        `set renewSeconds to ${ETCD_ELECTION_SECONDS} or more, and durationSeconds above it`,
      ),
    );
  }
  return problems;
}
