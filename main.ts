import { synth } from './lib/site/synth';

const HELP = `Usage: npm run synth

Checks the site and writes its files, all of them or none. It takes no arguments; what it reads and writes is set by variables:

  CLUSTER       the site, or a folder of sites; default: clusters/ where it exists, else cluster.yaml
  CDK8S_OUTDIR  the folder for Kubernetes objects; default: dist
  HOSTS_OUTDIR  the folder for what goes on the machines; default: hosts

Warnings go to standard error. Exit status: 0 done, 1 bad site, 2 bad usage.`;

function main(): void {
  try {
    const { warnings, summary } = synth({
      clusterPath: process.env['CLUSTER'] || undefined,
      distFolder: process.env['CDK8S_OUTDIR'] || undefined,
      hostsFolder: process.env['HOSTS_OUTDIR'] || undefined,
    });
    for (const warning of warnings) console.error(warning);
    console.log(summary);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

// by hand, because the library of the other commands would cost each synth its start
const [argument] = process.argv.slice(2);
if (argument === undefined) {
  main();
} else if (argument === '--help' || argument === '-h') {
  console.log(HELP);
} else {
  console.error(
    `error: npm run synth takes no arguments, and ${JSON.stringify(argument)} is one; name a site with CLUSTER=FILE npm run synth (npm run synth -- --help says more)`,
  );
  process.exitCode = 2;
}
