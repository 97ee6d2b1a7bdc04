import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { type Cluster, ClusterError, type Node, rolesOf, systemsOf } from '../cluster';
import { FileError, projectFolder, withFile } from '../files';
import {
  foundingAdvice,
  InputError,
  type MachineFile,
  type Permission,
  parseDuration,
  readSshKeys,
  readToken,
  SEED_SYSTEMS,
  type SeedSystem,
  seedFiles,
} from '../machines';
import { permissionProblems } from '../rules';
import { readOneSite } from '../site';
import { buildSite, serverAddOns } from '../synth';

interface Options {
  readonly tokenFile: string;
  readonly sshKey: readonly string[];
  readonly out: string;
  readonly os?: SeedSystem;
  readonly permitInit?: string;
  readonly for?: string;
  readonly cluster?: string;
}

const HELP = `
What is written holds the token, which is as good as the password of the cluster: the folder gets mode 0700, its files 0600 (plain: what the
machine needs), and it must be outside of this project. All of it is written or nothing. Exit status: 0 done, 1 bad input, 2 bad usage.

  (umask 077; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n' > ~/home.token)
  npm run hosts -- --token-file ~/home.token --ssh-key ~/.ssh/id_ed25519.pub --out ~/home-seed

Every server is installed from the same files, so none of them founds the cluster by accident: a person does it on one of them, once, as
hosts/README.md says, or the server of --permit-init does it by itself until the time is over.`;

const program = new Command('npm run hosts --')
  .description('Writes what goes on installation media: the files of hosts/ with the token and your SSH keys.')
  .requiredOption('--token-file <file>', 'the token of the cluster')
  .option(
    '--ssh-key <file>',
    'public SSH keys; may be given several times',
    (file: string, all: string[]) => [...all, file],
    [],
  )
  .requiredOption('--out <folder>', 'a new folder outside of this project')
  .addOption(
    new Option(
      '--os <system>',
      'what the machines run; default: the first of os in cluster.yaml, else cloud-init',
    ).choices([...SEED_SYSTEMS]),
  )
  .option('--permit-init <node>', 'let this server found the cluster by itself')
  .option('--for <time>', 'how long --permit-init holds, at most 7d', undefined)
  .option(
    '--cluster <file>',
    'the site; default: CLUSTER, else the one in clusters/ where it exists, else cluster.yaml',
  )
  .addHelpText('after', HELP)
  .allowExcessArguments(false)
  .exitOverride();

/** Where a path leads once links are followed; the last parts of it may not be there yet. */
function realPath(path: string): string {
  const full = resolve(path);
  return existsSync(full) ? realpathSync(full) : join(realPath(dirname(full)), basename(full));
}

/** The folder to write. Throws an InputError for one that is inside the project or in use. */
function checkedOut(out: string): string {
  const folder = realPath(out);
  const inside = relative(realpathSync(projectFolder()), folder);
  if (!inside.startsWith('..')) {
    throw new InputError(
      `--out ${out}: this is inside the project, where secrets get committed; name a folder outside of it`,
    );
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new InputError(`--out ${out}: this folder has files already; remove it, or name another`);
  }
  return folder;
}

const K3OS_FOUNDING = 'k3OS has no k3s-ha: one machine founds the cluster from its boot menu, see hosts/README.md';

function permissionOf(
  { permitInit, for: time }: Options,
  cluster: Cluster,
  system: SeedSystem,
  now: Date,
): Permission | undefined {
  if (system === 'k3os') {
    if (permitInit === undefined && time === undefined) return undefined;
    throw new InputError(`--permit-init and --for: ${K3OS_FOUNDING}; take them out`);
  }
  if (permitInit === undefined && time === undefined) return cluster.bootstrap;
  if (permitInit === undefined || time === undefined)
    throw new InputError('--permit-init and --for belong together; give both or none');
  // whole seconds, which is what the machine compares
  const notAfter = new Date(Math.floor((now.getTime() + parseDuration(time)) / 1000) * 1000);
  const permission = { node: permitInit, notAfter };
  const [first] = permissionProblems({ ...cluster, os: undefined, bootstrap: permission }, now);
  if (first) throw new InputError(`--permit-init ${permitInit} --for ${time}: ${first.message}; ${first.cure}`);
  return permission;
}

/** Writes all files or none: beside the folder first, and then that becomes the folder. */
function writeAll(folder: string, files: readonly MachineFile[]): void {
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    mkdirSync(temporary, { recursive: true, mode: 0o700 });
    for (const { path, permissions, content } of files) {
      const file = join(temporary, path);
      mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
      writeFileSync(file, content, { mode: 0o600 });
      chmodSync(file, Number.parseInt(permissions, 8));
    }
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** What to do with the files of a role. */
const NEXT: Readonly<Record<SeedSystem, (folder: string, role: Node['role']) => string>> = {
  'cloud-init': (folder, role) =>
    [
      `${role}/ is a NoCloud seed for every ${role}; with names/NAME/meta-data in place of its meta-data the machine is called NAME. As an ISO:`,
      `  xorriso -as mkisofs -volid CIDATA -joliet -rock -output ${role}-seed.iso ${folder}/${role}/user-data ${folder}/${role}/meta-data`,
    ].join('\n'),
  kairos: (_, role) => `${role}.yaml is the cloud-config of every ${role}: https://kairos.io/docs/installation/`,
  k3os: (_, role) => `${role}.yaml is the config.yaml of every ${role}, for k3os.install.config_url`,
  plain: (folder, role) =>
    [
      `${role}/ is a tree for every ${role}. Only files are sent, so that no folder there gets another mode:`,
      `  (cd ${folder}/${role} && find . -type f -print0 | tar --null -T - -c) | ssh root@${role.toUpperCase()} tar -C / -x --no-same-owner`,
    ].join('\n'),
};

function execute(options: Options, now: Date): void {
  const { cluster } = readOneSite(options.cluster, { now });
  const token = readToken(options.tokenFile);
  const sshKeys = options.sshKey.flatMap(readSshKeys);
  const system = options.os ?? systemsOf(cluster)[0] ?? 'plain';
  const permission = permissionOf(options, cluster, system, now);
  const folder = withFile(options.out, () => checkedOut(options.out));
  const addOns = serverAddOns(cluster, buildSite(cluster).dist);
  const files = seedFiles({ cluster, system, addOns, secrets: { token, sshKeys, permission } });
  withFile(options.out, () => writeAll(folder, files));

  for (const { path, permissions } of files) console.log(`${permissions} ${join(folder, path)}`);
  console.log(
    `${system} for ${cluster.name}, with the token and ${sshKeys.length} SSH key${sshKeys.length === 1 ? '' : 's'}`,
  );
  console.log(
    permission
      ? `${permission.node} may found the cluster by itself until ${permission.notAfter.toISOString()}`
      : `nobody founds the cluster by itself: ${system === 'k3os' ? K3OS_FOUNDING : `${foundingAdvice(cluster)}, once`}`,
  );
  for (const role of rolesOf(cluster)) console.log(NEXT[system](folder, role));
}

try {
  const options = program.parse().opts<Options>();
  try {
    execute(options, new Date());
  } catch (error) {
    if (!(error instanceof InputError || error instanceof ClusterError || error instanceof FileError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
