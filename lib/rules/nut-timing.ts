import { subject } from './subject';

/** upsd drops a client that is silent for longer (server/upsd.c). The primary then counts it as powered off. */
const UPSD_DROPS_AFTER_SECONDS = 60;
/** upsmon.conf(5): DEADTIME is a multiple of the poll interval, at least three, so that one lost reply does not count as a failed UPS. */
const POLLS = 3;

const RULES = {
  'poll-order': { cause: '`pollOnBatterySeconds` is more than `pollSeconds`' },
  'deadtime-too-short': {
    breaks: 'needless',
    cause: '`deadTimeSeconds` or `leaseSeconds` is less than 3 polls, so one late reply counts as low battery',
  },
  'finaldelay-above-hostsync': {
    cause: '`finalDelaySeconds` is more than `hostSyncSeconds`, or 60 or more',
    cure: 'Keep 0, and use `stages` for more time',
  },
  'finaldelay-too-long': {
    cause: '`finalDelaySeconds` is more than `hostSyncSeconds`, or 60 or more',
    cure: 'Keep 0, and use `stages` for more time',
  },
  'dead-man-too-short': {
    breaks: 'needless',
    cause: '`deadTimeSeconds` or `leaseSeconds` is less than 3 polls, so one late reply counts as low battery',
  },
  'dead-man-below-deadtime': {
    breaks: 'needless',
    cause: '`leaseSeconds` is less than `deadTimeSeconds`, so a restart of upsd powers nodes off',
    severity: 'warning',
  },
} as const;

/** The timers of upsmon and of the dead-man lease fit each other: upsmon.conf(5). */
export const nutTiming = subject(RULES, ({ power }, report) => {
  const { pollSeconds, pollOnBatterySeconds, deadTimeSeconds, finalDelaySeconds, hostSyncSeconds, leaseSeconds } =
    power;
  const at = (key: keyof typeof power) => ['power', key];
  const slowest = Math.max(pollSeconds, pollOnBatterySeconds);
  if (pollOnBatterySeconds > pollSeconds) {
    report(
      'poll-order',
      at('pollOnBatterySeconds'),
      `pollOnBatterySeconds ${pollOnBatterySeconds} is more than pollSeconds ${pollSeconds}, so upsmon polls less often on battery`,
      `set pollOnBatterySeconds to ${pollSeconds} or less`,
      [[{ path: at('pollOnBatterySeconds'), value: pollSeconds }]],
    );
  }
  if (deadTimeSeconds < POLLS * slowest) {
    report(
      'deadtime-too-short',
      at('deadTimeSeconds'),
      `deadTimeSeconds ${deadTimeSeconds} is less than ${POLLS} x ${slowest}, the longer poll interval`,
      `set deadTimeSeconds to ${POLLS * slowest} or more`,
      [[{ path: at('deadTimeSeconds'), value: POLLS * slowest }]],
    );
  }
  if (finalDelaySeconds > hostSyncSeconds) {
    report(
      'finaldelay-above-hostsync',
      at('finalDelaySeconds'),
      `finalDelaySeconds ${finalDelaySeconds} is more than hostSyncSeconds ${hostSyncSeconds}, so the primary does not wait for delayed nodes`,
      `set finalDelaySeconds to ${hostSyncSeconds} or less`,
      [[{ path: at('finalDelaySeconds'), value: hostSyncSeconds }]],
    );
  }
  if (finalDelaySeconds >= UPSD_DROPS_AFTER_SECONDS) {
    report(
      'finaldelay-too-long',
      at('finalDelaySeconds'),
      `finalDelaySeconds ${finalDelaySeconds} is too long, because upsd drops clients that are silent for ${UPSD_DROPS_AFTER_SECONDS} s`,
      `set finalDelaySeconds to ${UPSD_DROPS_AFTER_SECONDS - 1} or less, and use stages for more time`,
      [[{ path: at('finalDelaySeconds'), value: UPSD_DROPS_AFTER_SECONDS - 1 }]],
    );
  }
  if (leaseSeconds < POLLS * pollOnBatterySeconds) {
    report(
      'dead-man-too-short',
      at('leaseSeconds'),
      `leaseSeconds ${leaseSeconds} is less than ${POLLS} x pollOnBatterySeconds ${pollOnBatterySeconds}, so one late reply powers a node off`,
      `set leaseSeconds to ${Math.max(POLLS * pollOnBatterySeconds, deadTimeSeconds)} or more`,
      [[{ path: at('leaseSeconds'), value: Math.max(POLLS * pollOnBatterySeconds, deadTimeSeconds) }]],
    );
  } else if (leaseSeconds < deadTimeSeconds) {
    report(
      'dead-man-below-deadtime',
      at('leaseSeconds'),
      `leaseSeconds ${leaseSeconds} is less than deadTimeSeconds ${deadTimeSeconds}, so a restart of upsd on battery powers nodes off`,
      `set leaseSeconds to ${deadTimeSeconds} or more`,
      [[{ path: at('leaseSeconds'), value: deadTimeSeconds }]],
    );
  }
});
