import { PROJECT_VERSION } from '../files';
import { applyCommand } from './apply';
import { checkCommand } from './check';
import { completionCommand } from './completion';
import { doctorCommand } from './doctor';
import { explainCommand } from './explain';
import { hostsCommand } from './hosts';
import { initCommand } from './init';
import { kubeconfigCommand } from './kubeconfig';
import { machinesCommand } from './machines';
import { planCommand } from './plan';
import { plannerCommand } from './planner';
import { asyncMain, command } from './program';
import { rehearseCommand } from './rehearse';
import { secretCommand } from './secret';
import { snapshotsCommand } from './snapshots';
import { synthCommand } from './synth';
import { uninstallCommand } from './uninstall';
import { verifyCommand } from './verify';

/** The program: takes the arguments of the command line and returns the exit status. */
export const run = asyncMain(
  command('power-safe-k3s')
    .description(
      'One cluster.yaml in; Kubernetes objects and the files of the nodes of a highly available k3s site out.',
    )
    .version(PROJECT_VERSION, '--version')
    .addCommand(initCommand)
    .addCommand(plannerCommand)
    .addCommand(checkCommand)
    .addCommand(synthCommand)
    .addCommand(explainCommand)
    .addCommand(hostsCommand)
    .addCommand(machinesCommand)
    .addCommand(snapshotsCommand)
    .addCommand(kubeconfigCommand)
    .addCommand(planCommand)
    .addCommand(applyCommand)
    .addCommand(uninstallCommand)
    .addCommand(secretCommand)
    .addCommand(doctorCommand)
    .addCommand(rehearseCommand)
    .addCommand(verifyCommand)
    .addCommand(completionCommand),
);
