import type { Cluster } from '../cluster';
import { chosenPasswords, nutSecret, secretArguments } from '../nut';
import { type ConnectionOptions, connectTo } from './connection';
import type { DistFile } from './dist';
import { ApplyError } from './kubectl';
import { explained } from './problems';

/**
 * Creates the Secret with new passwords of NUT if the cluster has none; its namespace first. Nothing is written to disk. A site with
 * passwords that a person has to give is left to `apply`, which names the command.
 *
 * @returns a line, if it was created
 */
export async function bringNutSecret(
  cluster: Cluster,
  files: readonly DistFile[],
  options: ConnectionOptions,
): Promise<string | undefined> {
  const namespaces = files.find(({ chart }) => chart === '10-namespaces');
  if (cluster.ups.length === 0 || secretArguments(cluster).length > 0 || !namespaces) return undefined;
  const { kubectl } = await connectTo(options);
  const { secret } = cluster.nut;
  const run = async (doing: string, args: readonly string[], input?: string): Promise<string> => {
    const undone = `Secret ${secret} in namespace nut is not created`;
    const { code, stdout, stderr } = await kubectl.run({ doing, undone, args: () => args, input });
    if (code !== 0) throw new ApplyError([`${undone}:`, ...explained(stderr)].join('\n'));
    return stdout;
  };
  const query = ['--namespace', 'nut', 'get', 'secret', secret, '--ignore-not-found', '--output=name'];
  if ((await run(`checking Secret ${secret}`, query)).trim() !== '') return undefined;
  await run('creating the namespaces', ['apply', '-f', namespaces.path]);
  await run(`creating Secret ${secret}`, ['apply', '-f', '-'], nutSecret(secret, chosenPasswords(cluster, {})));
  return `Secret ${secret} created in namespace nut`;
}
