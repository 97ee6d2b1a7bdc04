import { synth } from '../synth';
import { exitStatus, SITES } from './usage';

const HELP = `Usage: npm run synth

Checks the site and writes all of its files, or none if the site is invalid. It takes no arguments. Environment variables:

  CLUSTER       ${SITES.replace('$CLUSTER, else ', '')}
  CDK8S_OUTDIR  folder for Kubernetes objects; default: dist
  HOSTS_OUTDIR  folder for the files of the nodes; default: hosts

Warnings go to standard error. ${exitStatus('invalid site')}`;

/** `npm run synth`, without commander, which would slow each synth down. Returns the exit status. */
export function run([argument]: readonly string[]): number {
  if (argument === '--help' || argument === '-h') {
    console.log(HELP);
    return 0;
  }
  if (argument !== undefined) {
    console.error(
      `error: npm run synth takes no argument ${JSON.stringify(argument)}; name a site with CLUSTER=FILE npm run synth (see npm run synth -- --help)`,
    );
    return 2;
  }
  try {
    const { warnings, summary } = synth({
      clusterPath: process.env['CLUSTER'] || undefined,
      distFolder: process.env['CDK8S_OUTDIR'] || undefined,
      hostsFolder: process.env['HOSTS_OUTDIR'] || undefined,
    });
    for (const warning of warnings) console.error(warning);
    console.log(summary);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
