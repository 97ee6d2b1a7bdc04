import { type Cluster, error, type Problem, warning } from '../cluster';

/** upsd drops a client that is silent for longer; S: server/upsd.c. The others then take it for one that is down. */
const UPSD_DROPS_AFTER_SECONDS = 60;
/** upsmon.conf(5) wants DEADTIME to be a multiple of the poll, and at least three, or one lost answer counts as a dead UPS. */
const POLLS = 3;

/** The times of upsmon and of the dead-man lease fit each other: upsmon.conf(5). */
export const nutTiming = ({ power }: Cluster): Problem[] => [...polls(power), ...finalDelay(power), ...leases(power)];

function polls({ pollSeconds, pollOnBatterySeconds, deadTimeSeconds }: Cluster['power']): Problem[] {
  const slowest = Math.max(pollSeconds, pollOnBatterySeconds);
  return [
    ...(pollOnBatterySeconds > pollSeconds
      ? [
          error(
            'poll-order',
            ['power', 'pollOnBatterySeconds'],
            `pollOnBatterySeconds ${pollOnBatterySeconds} is more than pollSeconds ${pollSeconds}, so upsmon would look less often when it matters`,
            `set pollOnBatterySeconds to ${pollSeconds} or less`,
          ),
        ]
      : []),
    ...(deadTimeSeconds < POLLS * slowest
      ? [
          error(
            'deadtime-too-short',
            ['power', 'deadTimeSeconds'],
            `deadTimeSeconds ${deadTimeSeconds} is less than ${POLLS} x ${slowest}, the longer pause between two looks, so a late answer would count as an empty battery`,
            `set deadTimeSeconds to ${POLLS * slowest} or more`,
          ),
        ]
      : []),
  ];
}

function finalDelay({ finalDelaySeconds, hostSyncSeconds }: Cluster['power']): Problem[] {
  const path = ['power', 'finalDelaySeconds'];
  return [
    ...(finalDelaySeconds > hostSyncSeconds
      ? [
          error(
            'finaldelay-above-hostsync',
            path,
            `finalDelaySeconds ${finalDelaySeconds} is more than hostSyncSeconds ${hostSyncSeconds}, so the primary would stop waiting for machines that have not begun`,
            `set finalDelaySeconds to ${hostSyncSeconds} or less`,
          ),
        ]
      : []),
    ...(finalDelaySeconds >= UPSD_DROPS_AFTER_SECONDS
      ? [
          error(
            'finaldelay-too-long',
            path,
            `finalDelaySeconds is ${finalDelaySeconds}, and upsd forgets a machine that is silent for ${UPSD_DROPS_AFTER_SECONDS} s`,
            `set finalDelaySeconds to ${UPSD_DROPS_AFTER_SECONDS - 1} or less; stages are for more time`,
          ),
        ]
      : []),
  ];
}

function leases({ leaseSeconds, pollOnBatterySeconds, deadTimeSeconds }: Cluster['power']): Problem[] {
  const path = ['power', 'leaseSeconds'];
  if (leaseSeconds < POLLS * pollOnBatterySeconds) {
    return [
      error(
        'dead-man-too-short',
        path,
        `leaseSeconds ${leaseSeconds} is less than ${POLLS} x pollOnBatterySeconds ${pollOnBatterySeconds}, so on battery one late answer would power a machine off while the battery is full`,
        `set leaseSeconds to ${Math.max(POLLS * pollOnBatterySeconds, deadTimeSeconds)} or more`,
      ),
    ];
  }
  if (leaseSeconds < deadTimeSeconds) {
    return [
      warning(
        'dead-man-below-deadtime',
        path,
        `leaseSeconds ${leaseSeconds} is less than deadTimeSeconds ${deadTimeSeconds}: a restart of upsd on battery that upsmon would forgive powers machines off`,
        `set leaseSeconds to ${deadTimeSeconds} or more`,
      ),
    ];
  }
  return [];
}
