import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { agentsOf, type Cluster, type Host, primary, serversOf } from '../../cluster';
import { SNAPSHOTS_FOLDER } from '../../machines';
import type { Confirm } from '../apply';
import { Machines, type MachinesOptions } from './machines';
import { copyTo } from './offline';
import { ageOf, SNAPSHOT_NAME, type Snapshot, type Snapshots } from './snapshots';

export interface RestoreOptions extends Omit<MachinesOptions, 'names'> {
  /** Name of a snapshot on a server or in S3, or a file on this computer. */
  readonly snapshot: string;
  /** Names of servers that are off and stay off. */
  readonly without: readonly string[];
  /** The token of the time of the snapshot. @default - that on the hosts */
  readonly token: string | undefined;
  readonly snapshots: Snapshots;
  /** Folder on this computer for a snapshot that is in S3 only. */
  readonly folder: string;
  readonly confirm: Confirm;
}

/**
 * Replaces the data of the cluster by that of an etcd snapshot: k3s is stopped on all servers, one of them restores the snapshot, and the
 * others join it without their old data. A run that was cut is continued by another.
 *
 * @returns whether the person has agreed
 * @throws Error at the first host that fails
 */
export async function restore(options: RestoreOptions, now: Date): Promise<boolean> {
  const { cluster, token, without, ssh, say } = options;
  const machines = new Machines({ cluster, names: present(cluster, without, token !== undefined), ssh, say }, token);
  const servers = machines.nodes.filter(({ role }) => role === 'server');
  const name = basename(options.snapshot);
  if (!SNAPSHOT_NAME.test(name)) throw new Error(`${name}: no name of a snapshot; use letters, digits and . _ -`);
  const open = openRestores(machines, servers);
  const other = [...open.values()].find((one) => one.name !== name);
  if (other) throw new Error(`the restore of ${other.name} is not complete; run that again first`);
  const [begun] = open;
  const id = begun?.[1].id ?? String(Math.floor(now.getTime() / 1000));
  const source = begun ? undefined : await sourceOf(options);
  const first = begun?.[0] ?? source?.node ?? servers[0];
  if (!first) throw new Error('the site has no server, which the schema rejects');
  if (source) {
    if (!(await options.confirm(question(options, source, first, now)))) return false;
    const target = `${SNAPSHOTS_FOLDER}/${name}`;
    if (source.file !== undefined) copyTo(first, source.file, target, ssh);
    machines.must(first, 'fits', name);
  } else say(`${first.name}: the restore of ${name} is continued`);

  if (token !== undefined) for (const node of machines.nodes) machines.must(node, 'token');
  if (!begun) for (const node of servers) machines.must(node, 'stop');
  machines.must(first, 'restore', `${name}:${id}`);
  const others = servers.filter((node) => node !== first);
  const ca = machines.answer(first, 'ca');
  for (const node of others) machines.must(node, 'set_aside', `${id}:${ca}`);
  for (const node of [first, ...others]) {
    machines.must(node, 'rejoin');
    machines.must(node, 'await');
  }
  if (token !== undefined) for (const node of machines.nodes) machines.must(node, 'restart');
  machines.must(first, 'restored');
  say(`ok: every server has the data of ${name}; run apply, and look at doctor`);
  return true;
}

/** The servers but those that stay off, and the agents if they get a token. @throws Error for a name that is no server */
function present(cluster: Cluster, without: readonly string[], agents: boolean): string[] {
  const servers = serversOf(cluster).map(({ name }) => name);
  const unknown = without.filter((name) => !servers.includes(name));
  if (unknown.length > 0) throw new Error(`--without ${unknown.join(', ')}: no server of the site has this name`);
  const left = servers.filter((name) => !without.includes(name));
  if (left.length === 0) throw new Error('no server is left to restore on; correct --without');
  return [...left, ...(agents ? agentsOf(cluster).map(({ name }) => name) : [])];
}

/** The servers on which a snapshot was restored, and the others have not all joined. @throws Error if a host cannot be asked */
function openRestores(machines: Machines, servers: readonly Host[]): Map<Host, { name: string; id: string }> {
  const open = new Map<Host, { name: string; id: string }>();
  for (const node of servers) {
    const [name = '', id] = machines.answer(node, 'restoring').split(' ');
    if (id !== undefined && name !== 'aside') open.set(node, { name, id });
  }
  return open;
}

interface Source {
  /** The server that has it. */
  readonly node?: Host;
  /** The file on this computer, if no server has it. */
  readonly file?: string;
  readonly time: number;
}

async function sourceOf({ snapshot, snapshots, without, folder, say }: RestoreOptions): Promise<Source> {
  if (existsSync(snapshot)) return { file: snapshot, time: statSync(snapshot).mtimeMs / 1000 };
  const named = (await snapshots.find()).snapshots.filter(({ name }) => name === snapshot);
  const isUsable = ({ node }: Snapshot) => node && !without.includes(node.name);
  const found = named.find(isUsable) ?? named.find(({ node }) => node === undefined);
  if (!found) throw new Error(`${snapshot}: no file, no server and no bucket has this snapshot; see snapshots list`);
  if (found.node) return { node: found.node, time: found.time };
  const file = await snapshots.fetch(found, folder);
  say(`${file} fetched from S3`);
  return { file, time: found.time };
}

function question({ cluster, snapshot, without }: RestoreOptions, { time }: Source, first: Host, now: Date): string[] {
  const off = without.map((name) => `${name} must not start with its old data: unplug its network cable`);
  return [
    `The cluster ${cluster.name} gets the data of ${basename(snapshot)}, which is ${ageOf({ time }, now)} old.`,
    'Everything that was stored in Kubernetes since then is lost. The content of volumes stays as it is.',
    `k3s stops on all servers, ${first.name} (${primary(first.address).text}) restores it, and the others join.`,
    ...off,
  ];
}
