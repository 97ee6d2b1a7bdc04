import { join } from 'node:path';
import { findingText } from '../cluster';
import { synth } from '../synth';
import { command, Exit, exitStatus, SITES } from './program';

interface Options {
  readonly cluster?: string;
  readonly out?: string;
  readonly keepGoing?: boolean;
}

const HELP = `
All files are written, or none if the site is invalid. Without --out, $CDK8S_OUTDIR and $HOSTS_OUTDIR name the two folders.

  power-safe-k3s synth --cluster cluster.yaml

Warnings go to standard error. ${exitStatus('invalid site')}`;

function action({ cluster, out, keepGoing = false }: Options): void {
  const folder = (name: string, variable: string) =>
    out === undefined ? process.env[variable] || undefined : join(out, name);
  const { warnings, broken, summary } = synth({
    keepGoing,
    clusterPath: cluster,
    distFolder: folder('dist', 'CDK8S_OUTDIR'),
    hostsFolder: folder('hosts', 'HOSTS_OUTDIR'),
    ...(process.stderr.isTTY && { onSite: showProgress }),
  });
  for (const finding of [...warnings, ...broken]) console.error(findingText(finding));
  console.log(summary);
  if (broken.length > 0) throw new Exit(1);
}

/** A line on the terminal that is replaced, and empty at the end. */
function showProgress(done: number, all: number): void {
  if (all > 1) process.stderr.write(done < all ? `\r${done} of ${all} sites` : '\r\x1b[K');
}

export const synthCommand = command('synth')
  .description('Checks the site and writes dist/ (Kubernetes objects), hosts/ (files for the nodes) and gitops/.')
  .option('--cluster <path>', SITES)
  .option('--out <folder>', 'folder that gets dist/, hosts/ and gitops/; default: the current one')
  .option('--keep-going', 'write the valid sites of a folder if others are invalid; obsolete files then stay')
  .addHelpText('after', HELP)
  .action(action);
