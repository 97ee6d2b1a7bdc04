import { electionSeconds, JITTER, leaseOf, outlastsRetries } from '../cluster';
import { subject } from './subject';

const RULES = {
  'lease-order': {
    cause: `Not \`durationSeconds\` > \`renewSeconds\` > ${JITTER} x \`retrySeconds\`; kube-vip exits at start`,
    cure: 'Keep the defaults 15, 10 and 2',
  },
  'lease-below-election': {
    cause: '`renewSeconds` is below the shortest etcd election (5 s, fast 1 s), so every election releases the VIP',
    cure: 'Keep the default 10 (fast: 3)',
  },
  'lease-short': {
    cause:
      '`renewSeconds` is below the longest usual etcd election (10 s, fast 2 s), so some elections release the VIP',
    cure: 'Keep the default 10 (fast: 3)',
    severity: 'warning',
  },
} as const;

/**
 * The lease of the VIP: duration > renew > 1.2 x retry, or kube-vip exits at start, and long enough for an etcd election, during
 * which no renewal is stored. keepalived and load balancers have no lease.
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
  if (durationSeconds <= renewSeconds || !outlasts || renewSeconds >= most) return;
  const fast = failover === 'standard' ? ', or set failover: fast, which shortens elections' : '';
  report(
    renewSeconds <= least ? 'lease-below-election' : 'lease-short',
    [...path, 'renewSeconds'],
    renewSeconds <= least
      ? `renewSeconds ${renewSeconds} does not outlast any etcd election, which takes ${least} s or more with failover: ${failover}`
      : `renewSeconds ${renewSeconds} does not outlast every etcd election, which takes up to ${most} s with failover: ${failover}`,
    `set renewSeconds to ${most} or more and durationSeconds above it${fast}`,
  );
});
