import { join } from 'node:path';
import { findingText } from '../cluster';
import { synth } from '../synth';
import { command, exitStatus, SITES } from './program';

interface Options {
  readonly cluster?: string;
  readonly out?: string;
}

const HELP = `
All files are written, or none if the site is invalid. Without --out, $CDK8S_OUTDIR and $HOSTS_OUTDIR name the two folders.

  power-safe-k3s synth --cluster cluster.yaml

Warnings go to standard error. ${exitStatus('invalid site')}`;

function action({ cluster, out }: Options): void {
  const folder = (name: string, variable: string) =>
    out === undefined ? process.env[variable] || undefined : join(out, name);
  const { warnings, summary } = synth({
    clusterPath: cluster,
    distFolder: folder('dist', 'CDK8S_OUTDIR'),
    hostsFolder: folder('hosts', 'HOSTS_OUTDIR'),
  });
  for (const warning of warnings) console.error(findingText(warning));
  console.log(summary);
}

export const synthCommand = command('synth')
  .description('Checks the site and writes dist/ (Kubernetes objects) and hosts/ (files for the nodes).')
  .option('--cluster <path>', SITES)
  .option('--out <folder>', 'folder that gets dist/ and hosts/; default: the current one')
  .addHelpText('after', HELP)
  .action(action);
