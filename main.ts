import { main } from './lib/cli/program';
import { synthCommand } from './lib/cli/synth';

/** What cdk8s and `npm run synth` run: cluster.yaml in, dist/ and hosts/ out. */
process.exitCode = main(synthCommand)(process.argv.slice(2));
