import { electionSeconds, type Failover, JITTER, type Lease } from '../cluster';
import { HANDOVER_FIGURES } from './handover-figures';

/** The distribution of a duration in seconds. */
export interface Distribution {
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** What determines the failover time of the VIP. */
export interface Handover {
  readonly lease: Lease;
  /** Interval of gratuitous ARPs in ms; the first is sent at a random point of it. 0 with BGP. */
  readonly arpRateMs: number;
  /** Remaining servers. */
  readonly followers: number;
  /** Whether the holder releases the lease, as when its pod is stopped. @default false */
  readonly graceful?: boolean;
  /** The timing of etcd, if the failed server was also its leader. @default - it was not */
  readonly electing?: Failover;
}

/** The settings as a key of the figures. */
export const settingsOf = ({ lease, arpRateMs, followers, graceful = false, electing }: Handover): string =>
  [
    `lease ${lease.durationSeconds}/${lease.renewSeconds}/${lease.retrySeconds} s`,
    `ARP ${arpRateMs} ms`,
    `${followers} followers`,
    ...(graceful ? ['graceful'] : []),
    ...(electing ? [`etcd elects (${electing})`] : []),
  ].join(', ');

/**
 * How long a failover takes with the settings of a site by default: figures that `npm run figures` simulated once.
 * Undefined for other settings, which have `longestHandover`.
 */
export function handover(props: Handover): Distribution | undefined {
  const figures = HANDOVER_FIGURES[settingsOf(props)];
  if (!figures) return undefined;
  const [min, median, p95, max] = figures;
  return { min, median, p95, max };
}

/** Upper bound: two missed polls of the lease, the lease, the gratuitous ARP, and the election of etcd. */
export function longestHandover({ lease, arpRateMs, graceful = false, electing }: Handover): number {
  const pause = (1 + JITTER) * lease.retrySeconds;
  const election = electing ? electionSeconds(electing).most : 0;
  return (graceful ? pause : 2 * pause + lease.durationSeconds) + election + arpRateMs / 1000;
}
