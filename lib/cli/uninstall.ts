import { uninstall } from '../live';
import { type ClusterOptions, confirmation, fromClusterOptions, withClusterOptions } from './cluster-options';
import { command, exitStatus } from './program';

interface Options extends ClusterOptions {
  readonly yes?: boolean;
}

const ON_THE_HOSTS =
  'k3s, k3s-ha, killpowerd and keepalived stay on the hosts; hosts/README.md lists their files. Without NUT, no host powers off on low battery.';

const HELP = `
Deletes every object with the label of the site, also those that are no longer in dist/. A namespace or a definition with objects of
other people stays, and is listed. kube-vip is deleted last, because the connection may lead through the VIP.

${ON_THE_HOSTS}

  power-safe-k3s uninstall --context home-k3s-1

${exitStatus('failed, or something stays')}`;

async function action({ yes, ...options }: Options): Promise<void> {
  const kept = await uninstall({ ...fromClusterOptions(options), confirm: confirmation('Delete', yes) });
  console.log(ON_THE_HOSTS);
  if (kept.length > 0) throw new Error(kept.join('\n'));
}

export const uninstallCommand = withClusterOptions(
  command('uninstall').description('Deletes every object of the site from the cluster, after asking.'),
)
  .option('--yes', 'do not ask')
  .addHelpText('after', HELP)
  .action(action);
