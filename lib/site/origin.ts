import { relative, resolve, sep } from 'node:path';
import { type Cluster, type Origin, shellWord } from '../cluster';
import { defaultPath, type Place } from './inputs';

/** The origin of a site, for the commands in its texts, which run in this folder. */
export function originOf(file: string, { name }: Pick<Cluster, 'name'>, { path, several }: Place): Origin {
  const taken = defaultPath();
  return {
    file: fromHere(file),
    named: fromHere(file) !== taken,
    folder: several ? `${name}/` : '',
    synth: fromHere(path) === taken ? 'npm run synth' : `CLUSTER=${shellWord(fromHere(path))} npm run synth`,
  };
}

/** A path relative to this folder, or an absolute one outside it; with slashes on every system, so that the outputs are equal. */
function fromHere(path: string): string {
  const short = relative('', path) || '.';
  return (short.startsWith('..') ? resolve(path) : short).split(sep).join('/');
}
