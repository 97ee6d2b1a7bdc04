import { subject } from './subject';

const RULES = {
  'password-in-site': {
    cause: 'A driver option is a password or an SNMP community',
    cure: 'Write `{ secret: true }`, and give the value to `npm run secret:nut`',
  },
} as const;

/** Options of NUT drivers that hold a password (authPassword, privPassword, password) or the SNMP community, which acts as one. */
const SECRET_OPTION = /pass(?:word|wd|phrase)|secret|^community$/i;
/** The factory default of every SNMP device. */
const NO_SECRET = 'public';

/** dist/ is committed, so driver options hold no password. */
export const driverSecrets = subject(RULES, ({ ups }, report) => {
  for (const [u, { name, options }] of ups.entries()) {
    for (const [option, value] of Object.entries(options)) {
      if (!SECRET_OPTION.test(option) || typeof value === 'object' || value === NO_SECRET) continue;
      report(
        'password-in-site',
        ['ups', u, 'options', option],
        `option ${option} of "${name}" is a secret, and this file and dist/ are committed to Git`,
        `write ${option}: { secret: true }, and run npm run secret:nut -- --driver-file ${name}.${option}=FILE`,
      );
    }
  }
});
