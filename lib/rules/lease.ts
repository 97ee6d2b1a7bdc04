import { electionSeconds, JITTER, leaseOf, outlastsRetries, stalledRenewalSeconds } from '../cluster';
import { subject } from './subject';

const RULES = {
  'lease-order': { cause: 'Not `durationSeconds` > `renewSeconds` > 1.2 x `retrySeconds`; kube-vip exits at start' },
  'lease-below-election': {
    cause: '`renewSeconds` is below the shortest etcd election (5 s, fast 1 s), so every election releases the VIP',
    cure: 'Keep the default 15 (fast: 3)',
  },
  'lease-short': {
    cause:
      'A renewal stalls for up to 10 s when etcd loses its leader (fast: 2 s), and `renewSeconds` does not outlast it',
    cure: 'Keep the default 15 (fast: 3)',
    severity: 'warning',
  },
} as const;

/**
 * The lease of the VIP: duration > renew > 1.2 x retry, or kube-vip exits at start, and long enough for the renewal that stalls
 * when etcd loses its leader. keepalived and load balancers have no lease.
 */
export const lease = subject(RULES, ({ controlPlane }, report) => {
  const { provider, failover } = controlPlane;
  if (provider !== 'kube-vip') return;
  const { durationSeconds, renewSeconds, retrySeconds } = controlPlane.lease;
  const standard = leaseOf(failover);
  const defaults = `(defaults: ${standard.durationSeconds}, ${standard.renewSeconds} and ${standard.retrySeconds})`;
  const path = ['controlPlane', 'lease'];
  const outlasts = outlastsRetries(renewSeconds, retrySeconds);
  if (durationSeconds <= renewSeconds) {
    report(
      'lease-order',
      path,
      `durationSeconds ${durationSeconds} is not above renewSeconds ${renewSeconds}`,
      `set durationSeconds above renewSeconds ${defaults}`,
    );
  }
  if (!outlasts) {
    report(
      'lease-order',
      path,
      `renewSeconds ${renewSeconds} is not above ${JITTER} x retrySeconds ${retrySeconds}`,
      `set renewSeconds above ${JITTER} x retrySeconds ${defaults}`,
    );
  }
  const { least, most } = electionSeconds(failover);
  const stall = stalledRenewalSeconds(failover);
  const needed = failover === 'fast' ? most : stall + Math.ceil((1 + JITTER) * standard.retrySeconds);
  if (durationSeconds <= renewSeconds || !outlasts || renewSeconds >= needed) return;
  const fast = failover === 'standard' ? ', or set failover: fast, which shortens elections' : '';
  const short =
    failover === 'fast'
      ? `every etcd election, which takes up to ${most} s with failover: fast`
      : `a renewal that stalls for up to ${stall} s when etcd loses its leader`;
  report(
    renewSeconds <= least ? 'lease-below-election' : 'lease-short',
    [...path, 'renewSeconds'],
    renewSeconds <= least
      ? `renewSeconds ${renewSeconds} does not outlast any etcd election, which takes ${least} s or more with failover: ${failover}`
      : `renewSeconds ${renewSeconds} does not outlast ${short}`,
    `set renewSeconds to ${needed} or more and durationSeconds above it${fast}`,
  );
});
