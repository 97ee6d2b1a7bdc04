import { synth } from '../synth';

const HELP = `Usage: npm run synth

Checks the site and writes its files, all of them or none. It takes no arguments; what it reads and writes is set by variables:

  CLUSTER       the site, or a folder of sites; default: clusters/ where it exists, else cluster.yaml
  CDK8S_OUTDIR  the folder for Kubernetes objects; default: dist
  HOSTS_OUTDIR  the folder for what goes on the machines; default: hosts

Warnings go to standard error. Exit status: 0 done, 1 bad site, 2 bad usage.`;

/** `npm run synth`. Without a library for arguments, whose start each synth would pay for. Returns the exit status. */
export function run([argument]: readonly string[]): number {
  if (argument === '--help' || argument === '-h') {
    console.log(HELP);
    return 0;
  }
  if (argument !== undefined) {
    console.error(
      `error: npm run synth takes no arguments, and ${JSON.stringify(argument)} is one; name a site with CLUSTER=FILE npm run synth (npm run synth -- --help says more)`,
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
