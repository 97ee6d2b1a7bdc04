import { subject } from './subject';

const RULES = {
  'not-armed': {
    breaks: 'running',
    cause: '`power.armed` is false',
    cure: 'Set it to true when the log of `second` shows what you expect',
    severity: 'warning',
  },
} as const;

/** A power failure ends in a shutdown. */
export const armed = subject(RULES, ({ power, ups }, report) => {
  if (power.armed || ups.length === 0) return;
  report(
    'not-armed',
    ['power', 'armed'],
    'no node is powered off and no UPS is commanded, so all nodes lose power while they run when the battery is empty',
    'set power.armed to true when the log of second shows what you expect',
  );
});
