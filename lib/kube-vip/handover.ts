import { electionSeconds, type Failover, JITTER, type Lease } from '../cluster';
import { HANDOVER_FIGURES } from './handover-figures';

/** How long something takes, in seconds, over many repetitions. */
export interface Distribution {
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** What decides how long the virtual IP is away. */
export interface Handover {
  readonly lease: Lease;
  /** Pause between two gratuitous ARPs; the first comes at a random point of it. 0 where routers are told. */
  readonly arpRateMs: number;
  /** Servers that are left to take over. */
  readonly followers: number;
  /** Whether the holder says goodbye, as it does when its pod is stopped. @default false */
  readonly graceful?: boolean;
  /** The profile of etcd, when the server that died led it as well. @default - it did not */
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
 * How long a handover takes with the settings that a site has by default: figures of a simulation that scripts/handover-simulation.ts ran once.
 * Undefined for other settings, for which `longestHandover` is what is known.
 */
export function handover(props: Handover): Distribution | undefined {
  const figures = HANDOVER_FIGURES[settingsOf(props)];
  if (!figures) return undefined;
  const [min, median, p95, max] = figures;
  return { min, median, p95, max };
}

/** No handover takes longer. Formula: a look at the lease just missed, twice, the lease, the gratuitous ARP, and the election. */
export function longestHandover({ lease, arpRateMs, graceful = false, electing }: Handover): number {
  const pause = (1 + JITTER) * lease.retrySeconds;
  const election = electing ? electionSeconds(electing).most : 0;
  return (graceful ? pause : 2 * pause + lease.durationSeconds) + election + arpRateMs / 1000;
}
