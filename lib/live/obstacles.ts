import type { Cluster } from '../cluster';
import type { ConnectionOptions } from './connection';
import { doctor } from './doctor/doctor';

/**
 * Why no k3s may be restarted now, by the rows of doctor: a server is missing, a UPS is not on line, or one of both is not known.
 */
export async function restartObstacles(cluster: Cluster, options: ConnectionOptions): Promise<string[]> {
  const rows = await doctor(cluster, options, new Date());
  return ['quorum', ...cluster.ups.map(({ name }) => `UPS ${name}`)].flatMap((subject) => {
    const row = rows.find((one) => one.subject === subject);
    if (!row) {
      const reasons = rows
        .filter((one) => ['kubectl', 'nodes', 'NUT'].includes(one.subject))
        .map((one) => `${one.subject}: ${one.found}`);
      return [`${subject}: not known (${reasons.join('; ')}); correct what doctor prints`];
    }
    const { found, cure = 'wait until the UPS is on line (OL)' } = row;
    const isClear = subject === 'quorum' ? row.isGood : /^(?:\S+ )*OL\b/.test(found);
    return isClear ? [] : [`${subject}: ${found}; ${cure}`];
  });
}
