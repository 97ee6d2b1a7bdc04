import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { writePrivateFile } from '../files';
import { apply, bringNutSecret, Drain, Machines, offlineFiles, readDistOf, writeKubeconfig } from '../live';
import { endpointsOf, newToken, readToken } from '../machines';
import { readOneSite } from '../site';
import { type ConnectionOptions, seconds, withConnectionOptions } from './cluster-options';
import { connectionOf, type HostOptions, K3S_BINARY, obstaclesOf, say, sshOf, withNodes } from './machine-options';
import { removeCommand, replaceCommand } from './machines-lifecycle';
import { tokenCommand } from './machines-token';
import { command, differenceStatus, Exit, exitStatus, warn } from './program';

interface Options extends HostOptions {
  readonly tokenFile?: string;
  readonly k3sBinary?: string;
  readonly dryRun?: boolean;
  readonly print?: boolean;
  readonly merge: string;
  readonly dist: string;
  readonly kubectl: string;
  readonly timeout: number;
}

const INSTALL_HELP = `
For each node: the files of hosts/, packages, killpowerd, and k3s of versions.k3s. Then the servers bootstrap the cluster or join it,
the kubeconfig is written, the Secret of NUT is created and dist/ is applied. Before the first change every node is examined.
Run it again at any time, also after an interruption: what is done is skipped. It prints each change.

To add a node, write it into the site file, run synth, then this for all nodes: the files of the others change with it. A new server
joins and becomes a member of etcd. 4 servers tolerate no more failures than 3.

ssh is that of this computer, with its configuration. The nodes need systemd or OpenRC, sh, flock, cmp, ip and sha256sum, and curl or
apt-get or apk, which install it.

  power-safe-k3s machines install --ssh debian@ --sudo
  power-safe-k3s machines install --ssh root@ --dry-run
  power-safe-k3s machines install k3s-1 --print > k3s-1.sh

k3s is fetched by each node from github.com: the installer of the release is checked against its checksum there, and checks k3s
against that of the release. --k3s-binary copies k3s from this computer. Its folder has install.sh, install.sh.sha256sum,
sha256sum-ARCH.txt and, for nodes without a registry, k3s-airgap-images-ARCH.tar.zst of the release, and archives of the images of
dist/ with a sha256sum-NAME.txt. machines upgrade has this option too.

${exitStatus('a node cannot be installed, or the cluster is not ready')}`;

interface UpgradeOptions extends HostOptions, ConnectionOptions {
  readonly k3sBinary?: string;
  readonly drain?: true | number;
}

/** Most pods stop within their default of 30 s; PodDisruptionBudgets wait for their replacements. */
const DRAIN_SECONDS = 300;

const UPGRADE_HELP = `
Set versions.k3s, run synth, then upgrade. It refuses a downgrade and a skipped minor version, and etcd members that are no server of
the site. It makes an etcd snapshot, and removes members of earlier hosts of a server from etcd. Before each restart all servers must be Ready and each UPS on line. It waits for each node, and
stops at the first that does not come back. Run it again to continue.

Pods keep running. --drain evicts those of each node before its restart, as PodDisruptionBudgets allow, but not DaemonSets; emptyDir volumes
are lost. If pods remain after the limit, the node accepts pods again, and the upgrade stops.

  power-safe-k3s machines upgrade --ssh debian@ --sudo

${exitStatus('a node is not upgraded')}`;

const STATUS_HELP = `
  power-safe-k3s machines status --ssh debian@ --sudo

${differenceStatus('every node is as in hosts/', 'a node differs or cannot be reached')}`;

/** The token of a file, or a new one that `store` writes there. */
function tokenOf(file: string): { readonly token: string; readonly store: () => void } {
  if (file === '-' || existsSync(file)) return { token: readToken(file), store: () => undefined };
  const token = newToken();
  const store = () => {
    writePrivateFile(file, `${token}\n`, new Date());
    say(
      `${file} created: the token of the cluster; keep a copy in a safe place, no snapshot can be restored without it`,
    );
  };
  return { token, store };
}

async function install(names: string[], options: Options): Promise<void> {
  const { cluster } = readOneSite(options.cluster);
  const ssh = sshOf(options);
  const hosts = { cluster, names, ssh, say };
  if (options.print) {
    const token = options.tokenFile === undefined ? undefined : readToken(options.tokenFile);
    if (token !== undefined && process.stdout.isTTY)
      warn('the script on your screen holds the token; write it to a file');
    process.stdout.write(new Machines(hosts, token).text);
    return;
  }
  const { token, store } = tokenOf(options.tokenFile ?? join(homedir(), `${cluster.name}.token`));
  const machines = new Machines(hosts, token);
  const files = readDistOf(cluster, options.dist);
  const offline = options.k3sBinary === undefined ? [] : offlineFiles(options.k3sBinary);
  if (options.dryRun) {
    machines.plan();
    return;
  }
  machines.install({ offline, beforeChange: store });
  const kubeconfig = writeKubeconfig(
    { ...ssh, merge: options.merge, ...(options.cluster !== undefined && { cluster: options.cluster }) },
    new Date(),
  );
  for (const warning of kubeconfig.warnings) warn(warning);
  say(kubeconfig.summary);
  const connection = {
    ...connectionOf(cluster, { ...options, kubeconfig: options.merge }),
    servers: endpointsOf(cluster).map(({ server }) => server),
  };
  const created = await bringNutSecret(cluster, files, connection);
  if (created !== undefined) say(created);
  const problems = await apply({ ...connection, files, serverSide: false, wait: true });
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

async function upgrade(names: string[], { drain, ...options }: UpgradeOptions): Promise<void> {
  const { cluster } = readOneSite(options.cluster);
  const machines = new Machines({ cluster, names, ssh: sshOf(options), say });
  const seconds = drain === true ? DRAIN_SECONDS : drain;
  await machines.upgrade({
    obstacles: obstaclesOf(cluster, options),
    offline: options.k3sBinary === undefined ? [] : offlineFiles(options.k3sBinary),
    ...(seconds !== undefined && { drain: new Drain(connectionOf(cluster, options), seconds, say) }),
  });
}

function status(names: string[], options: HostOptions): void {
  const { cluster } = readOneSite(options.cluster);
  if (new Machines({ cluster, names, ssh: sshOf(options), say }).status().length > 0) throw new Exit(2);
}

const installCommand = withNodes(command('install').description('Installs the nodes over ssh and brings up the site.'))
  .option(
    '--token-file <file>',
    'file with the cluster token, - for standard input; default: ~/NAME.token, which is created',
  )
  .option(...K3S_BINARY)
  .option('--dry-run', 'examine the nodes and show what would change')
  .option('--print', 'print the script of the nodes; it holds the token only with --token-file')
  .option('--merge <file>', 'kubeconfig to add the site to', join(homedir(), '.kube/config'))
  .option('--dist <folder>', 'folder that synth wrote', process.env['CDK8S_OUTDIR'] || 'dist')
  .option('--kubectl <file>', 'kubectl program', 'kubectl')
  .option('--timeout <seconds>', 'limit for apply', seconds, 600)
  .addHelpText('after', INSTALL_HELP)
  .action(install);

const statusCommand = withNodes(
  command('status', 1).description('Prints the version of k3s on each node, and which files differ from hosts/.'),
)
  .addHelpText('after', STATUS_HELP)
  .action(status);

const upgradeCommand = withConnectionOptions(
  withNodes(command('upgrade').description('Upgrades k3s to versions.k3s, one node after the other.')),
  120,
)
  .option(...K3S_BINARY)
  .option(
    '--drain [seconds]',
    `evict the pods of each node before its restart, within ${DRAIN_SECONDS} s or as given`,
    seconds,
  )
  .addHelpText('after', UPGRADE_HELP)
  .action(upgrade);

export const machinesCommand = command('machines')
  .description('Installs, upgrades, replaces, removes and examines the nodes over ssh.')
  .addHelpText('after', '\n  power-safe-k3s machines install --ssh debian@ --sudo')
  .addCommand(installCommand)
  .addCommand(upgradeCommand)
  .addCommand(tokenCommand)
  .addCommand(replaceCommand)
  .addCommand(removeCommand)
  .addCommand(statusCommand);
