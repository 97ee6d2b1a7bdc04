import { readText } from '../files';
import { compareObjects, comparisonText, defaultObjects, isEqual, readManifest, siteObjects } from '../live';
import { METALLB } from '../metallb';
import { readOneSite } from '../site';
import { command, differenceStatus, Exit } from './program';

interface Options {
  readonly site?: string;
  readonly json?: boolean;
}

const DIFFERENT = 2;

const HELP = `
  power-safe-k3s verify metallb-native.yaml

Fields that do not change the meaning are ignored: descriptions, the annotations for Flux and Argo CD, and defaults such as TCP.
Manifest of ${METALLB.version}:
https://raw.githubusercontent.com/metallb/metallb/${METALLB.version}/config/manifests/metallb-native.yaml

${differenceStatus('equal', 'different')}`;

function action(file: string, { site, json }: Options): void {
  const theirs = readManifest(readText(file), file);
  if (theirs.length === 0) throw new Error(`${file} is empty; give the manifest of a MetalLB release`);
  const ours = site === undefined ? defaultObjects() : siteObjects(readOneSite(site).cluster);
  const comparison = compareObjects(ours, theirs);
  console.log(json ? JSON.stringify(comparison, undefined, 2) : comparisonText(comparison, file));
  if (!isEqual(comparison)) throw new Exit(DIFFERENT);
}

export const verifyCommand = command('verify', 1)
  .description("Compares this project's MetalLB objects with a manifest of a MetalLB release.")
  .argument('<file>', 'manifest; - reads standard input')
  .option('--site <file>', "compare this site's MetalLB; default: the constructs without props")
  .option('--json', 'print JSON')
  .addHelpText('after', HELP)
  .action(action);
