import { type Cluster, error, type Problem } from '../cluster';

/** Options of NUT's drivers that hold a password: authPassword, privPassword, password; and the community of SNMP, which is as good as one. */
const SECRET_OPTION = /pass(?:word|wd|phrase)|secret|^community$/i;
/** What every SNMP device answers to until somebody changes it. */
const NO_SECRET = 'public';

/** dist/ is committed, so no password may stand in the options of a driver. */
export const driverSecrets = ({ ups }: Cluster): Problem[] =>
  ups.flatMap(({ name, options }, u) =>
    Object.entries(options)
      .filter(([option, value]) => SECRET_OPTION.test(option) && typeof value !== 'object' && value !== NO_SECRET)
      .map(([option]) =>
        error(
          'password-in-site',
          ['ups', u, 'options', option],
          `${option} of "${name}" is a password, and this file and dist/ are committed`,
          `write ${option}: { secret: true } and give it with npm run secret:nut -- --driver-file ${name}.${option}=FILE`,
        ),
      ),
  );
