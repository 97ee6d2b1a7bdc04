import { run } from './lib/cli/synth';

/** What cdk8s and `npm run synth` run: cluster.yaml in, dist/ and hosts/ out. */
process.exitCode = run(process.argv.slice(2));
