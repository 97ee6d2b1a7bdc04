import type { Cluster } from '../cluster';
import type { ConnectionOptions } from './connection';
import { doctor } from './doctor/doctor';

/**
 * Why no server may be restarted now, by the rows of doctor: a server is missing, or a UPS is not on line.
 */
export async function restartObstacles(cluster: Cluster, options: ConnectionOptions): Promise<string[]> {
  const rows = await doctor(cluster, options, new Date());
  return rows
    .filter(({ subject, isGood, found }) => {
      if (subject.startsWith('UPS ')) return !/^(.* )?OL\b/.test(found);
      return !isGood && (subject === 'quorum' || subject === 'kubectl');
    })
    .map(({ subject, found, cure }) => `${subject}: ${found}; ${cure ?? 'wait for OL'}`);
}
