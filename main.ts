import { synth } from './lib/site/synth';

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
