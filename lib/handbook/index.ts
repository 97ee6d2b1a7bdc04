import type { Cluster } from '../cluster';
import { handoverRows } from './handover';
import { addressRows } from './load-balancer';
import type { FailoverRow } from './outage';

export { hostsReadme } from './readme';
export { runbook } from './runbook';

/** How long everything of a site takes after a failure, as the runbook says it: VIP, etcd, LoadBalancer addresses, pods. Pure. */
export const failoverRows = (cluster: Cluster): FailoverRow[] => [
  ...handoverRows(cluster),
  ...(cluster.loadBalancer ? addressRows(cluster, cluster.loadBalancer) : []),
];
