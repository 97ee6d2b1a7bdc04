import { relative, resolve } from 'node:path';
import { type Cluster, type Origin, shellWord } from '../cluster';
import { defaultPath, type Sites } from './inputs';

/** Where a site came from, for the commands that its texts print. They run in this folder. */
export function originOf(file: string, { name }: Cluster, { path, several }: Sites): Origin {
  const taken = defaultPath();
  return {
    file: fromHere(file),
    named: fromHere(file) !== taken,
    folder: several ? `${name}/` : '',
    synth: fromHere(path) === taken ? 'npm run synth' : `CLUSTER=${shellWord(fromHere(path))} npm run synth`,
  };
}

/** A path as seen from here, and in full where it leads out of this folder. */
function fromHere(path: string): string {
  const short = relative('', path) || '.';
  return short.startsWith('..') ? resolve(path) : short;
}
