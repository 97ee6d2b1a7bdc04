import {
  type Cluster,
  electionSeconds,
  error,
  JITTER,
  leaseOf,
  outlastsRetries,
  type Problem,
  warning,
} from '../cluster';

/**
 * The lease of the virtual IP must satisfy duration > renew > 1.2 x retry, or kube-vip dies at start (../lease.ts), and a healthy
 * holder must be able to wait an etcd election out. keepalived and load balancers have no lease.
 */
export function lease(cluster: Cluster): Problem[] {
  const { provider, failover } = cluster.controlPlane;
  if (provider !== 'kube-vip') return [];
  const { durationSeconds, renewSeconds, retrySeconds } = cluster.controlPlane.lease;
  const standard = leaseOf(failover);
  const defaults = `${standard.durationSeconds}, ${standard.renewSeconds} and ${standard.retrySeconds}`;
  const path = ['controlPlane', 'lease'];
  const problems: Problem[] = [];
  if (durationSeconds <= renewSeconds) {
    problems.push(
      error(
        'lease-order',
        path,
        `durationSeconds ${durationSeconds} is not above renewSeconds ${renewSeconds}`,
        `the others must wait longer than the holder tries (the defaults are ${defaults})`,
      ),
    );
  }
  if (!outlastsRetries(renewSeconds, retrySeconds)) {
    problems.push(
      error(
        'lease-order',
        path,
        `renewSeconds ${renewSeconds} is not above ${JITTER} x retrySeconds ${retrySeconds}`,
        `the holder needs time for more than one try (the defaults are ${defaults})`,
      ),
    );
  }
  return problems.length > 0 ? problems : election(cluster);
}

/** While etcd elects a leader nothing is stored, renewals of the lease included. */
function election(cluster: Cluster): Problem[] {
  const { failover, lease: stated } = cluster.controlPlane;
  const { renewSeconds } = stated;
  const { least, most } = electionSeconds(failover);
  const path = ['controlPlane', 'lease', 'renewSeconds'];
  const fast = failover === 'standard' ? ', or failover: fast, which makes elections short' : '';
  const cure = `set renewSeconds to ${most} or more, and durationSeconds above it${fast}`;
  if (renewSeconds <= least) {
    return [
      error(
        'lease-below-election',
        path,
        `the holder gives the virtual IP up after ${renewSeconds} s without a renewal, and with failover: ${failover} every election of etcd takes ${least} s or more`,
        cure,
      ),
    ];
  }
  if (renewSeconds >= most) return [];
  return [
    warning(
      'lease-short',
      path,
      `the holder gives the virtual IP up after ${renewSeconds} s without a renewal, and etcd may take ${most} s to elect a leader`,
      cure,
    ),
  ];
}
