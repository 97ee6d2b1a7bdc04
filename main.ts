import { command, main } from './lib/cli/program';
import { synthCommand } from './lib/cli/synth';

/** What cdk8s and `npm run synth` run, and `synth` of the package: cluster.yaml in, dist/ and hosts/ out. */
process.exitCode = main(command('power-safe-k3s').addCommand(synthCommand))(process.argv.slice(2));
