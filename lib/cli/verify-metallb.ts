import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { compareObjects, comparisonText, defaultObjects, isEqual, readManifest, siteObjects } from '../live';
import { METALLB } from '../metallb';
import { loadCluster } from '../site';

interface Options {
  readonly site?: string;
  readonly json?: boolean;
}

const HELP = `
The objects are compared in a form in which what means the same is the same: without descriptions, without the annotations for
Flux and Argo CD, with TCP where a port names no protocol. The manifest of ${METALLB.version} is
https://raw.githubusercontent.com/metallb/metallb/${METALLB.version}/config/manifests/metallb-native.yaml

Exit status: 0 equal, 1 different, 2 wrong usage or a file that cannot be read.`;

const program = new Command('npm run verify:metallb --')
  .description("Compares MetalLB as it is made here with a manifest of MetalLB's, object by object.")
  .argument('<file>', 'the manifest; - reads standard input')
  .option('--site <file>', 'compare what this cluster.yaml makes; default: what the constructs make without any prop')
  .option('--json', 'print the comparison as JSON')
  .addHelpText('after', HELP)
  .allowExcessArguments(false)
  .exitOverride((stop) => process.exit(stop.exitCode === 0 ? 0 : 2));

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      code === 'ENOENT'
        ? `${file}: there is no such file; correct the name`
        : `${file}: cannot be read (${code}); name one file that you may read`,
    );
  }
}

function main(file: string, { site, json }: Options): number {
  const theirs = readManifest(read(file), file);
  if (theirs.length === 0) throw new Error(`${file} is empty; give the manifest of a MetalLB release`);
  const ours = site === undefined ? defaultObjects() : siteObjects(loadCluster(read(site), site).cluster);
  const comparison = compareObjects(ours, theirs);
  console.log(json ? JSON.stringify(comparison, undefined, 2) : comparisonText(comparison, file));
  return isEqual(comparison) ? 0 : 1;
}

try {
  program.parse();
  process.exitCode = main(program.args[0] ?? '-', program.opts<Options>());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
