import { type Host, primary, serversOf } from '../../cluster';
import { parseAddress } from '../../network';
import type { Confirm } from '../apply';
import { listAt, textAt } from '../at';
import { type ConnectionOptions, connectTo } from '../connection';
import type { PatientKubectl } from '../patient-kubectl';
import { ClusterObjects, type LiveObject } from '../site-objects';
import type { Ran } from '../ssh';
import { Drain } from './drain';
import { isOf, type Member, membersIn, type Peer, quorumWithout } from './etcd-members';
import { failure, type InstallOptions, Machines, type MachinesOptions } from './machines';

export interface LifecycleOptions extends Omit<MachinesOptions, 'names' | 'leaving'> {
  /** Name of the node. */
  readonly name: string;
  readonly connection: ConnectionOptions;
  readonly confirm: Confirm;
  /** Prints the arithmetic and what would be done, and changes nothing. */
  readonly dryRun: boolean;
}

export interface ReplaceOptions extends LifecycleOptions, Pick<InstallOptions, 'offline'> {
  /** The token of the cluster, which a new host does not have. @default - that on the host stays */
  readonly token: string | undefined;
}

/**
 * Takes a node that is no longer in cluster.yaml out of the cluster and its files off its host; then the other hosts get the files that
 * change with it. Continued by another run.
 *
 * @throws Error if the node is in cluster.yaml, quorum would be lost, a step fails, or a person does not agree
 */
export async function removeNode(options: LifecycleOptions): Promise<void> {
  const { cluster, name, say, dryRun } = options;
  if (cluster.nodes.some((node) => node.name === name)) {
    throw new Error(`${name} is in the site file; delete it there, run npm run synth, then run this again`);
  }
  const departure = await Departure.of(options);
  const host = departure.live && hostOf(departure.live);
  if (!host && !departure.isMember) say(`${name} is no node of the cluster`);
  else {
    const machines = host && new Machines({ ...options, names: [], leaving: host });
    const found = host && machines?.run(host, 'state', false);
    refuseUnknown(options, host, found, departure.isReady);
    const isOff = !found || 'problem' in found;
    await departure.ask(departure.isReady, [
      isOff
        ? `${name} ${host ? 'does not answer' : 'has no Node'}: it is removed from the cluster only. Do not start it with its disk: it would join again`
        : `${name}: pods are evicted, then k3s and the files of hosts/ are removed; volumes of pods stay on its disk`,
    ]);
    if (dryRun) return;
    if (departure.isReady) await departure.drain();
    if (host && machines && !isOff) machines.must(host, 'detach');
    departure.evict();
    if (host && machines && !isOff) {
      machines.must(host, 'uninstall');
      // OpenRC may have started k3s once more, which then joined again
      departure.evict();
    }
  }
  if (dryRun) return;
  await departure.deleteNode();
  say(`${name} is removed; the other hosts get the files that change with it`);
  new Machines({ ...options, names: [] }).install({ beforeChange: () => undefined });
  say('ok: every host has its files; next: npm run apply');
}

/**
 * Installs a new host in place of one that has failed, with its name and address; also the same host, whose data etcd does not accept
 * any more. Continued by another run.
 *
 * @throws Error if the node is Ready and its host cannot be reached, quorum would be lost, a step fails, or a person does not agree
 */
export async function replaceNode({ token, offline = [], ...options }: ReplaceOptions): Promise<void> {
  const { cluster, name, say, dryRun } = options;
  const host = cluster.nodes.find((node) => node.name === name);
  const machines = new Machines({ ...options, names: [name] }, token);
  // for a name that the site does not have, the line above throws
  if (!host) return;
  const departure = await Departure.of(options);
  const found = machines.run(host, 'state', false);
  const state = 'problem' in found ? 'off' : found.stdout.trim();
  // the Node of a host that was cut off is Ready for some time
  refuseUnknown(options, host, found, departure.isReady);
  if (state === 'data' && departure.isReady) {
    say(`ok: ${name} is Ready. To replace its host, run kubectl drain on it, power it off, and run this again`);
    return;
  }
  if (token === undefined && (state === 'off' || state === 'none')) {
    throw new Error('the new host needs the token of the cluster; give it by --token-file');
  }
  if (state !== 'off') machines.check();
  if (state !== 'new') {
    await departure.ask(false, [
      state === 'off'
        ? `${name} does not answer: it is removed from the cluster, and its new host joins in the next run`
        : `${name} ${state === 'data' ? 'loses its data' : 'has no data'} and joins anew`,
    ]);
    if (dryRun) return;
    if (state !== 'off') machines.must(host, 'leave');
    departure.evict();
    await departure.deleteNode();
  }
  if (dryRun) machines.plan();
  else if (state === 'off') {
    const address = primary(host.address).text;
    throw new Error(
      `${name} is removed from the cluster; start its new host with the address ${address}, and run this again`,
    );
  } else {
    machines.install({ offline, beforeChange: () => undefined });
    say(`ok: ${name} is replaced`);
  }
}

/** A host that does not answer must be off, and then it is not Ready. */
function refuseUnknown(
  { name }: LifecycleOptions,
  host: Host | undefined,
  found: Ran | undefined,
  isReady: boolean,
): void {
  if (!host || !found || (!('problem' in found) && found.status === 0)) return;
  if (!('problem' in found)) throw new Error(`${found.stdout}${failure(host, found)}`);
  if (!found.isOff) throw new Error(failure(host, found));
  if (isReady)
    throw new Error(
      `${failure(host, found)}\n${name} is Ready; if it is powered off, wait until it is not, and run this again`,
    );
}

/** A node that leaves the cluster, as the API and etcd have it. */
class Departure {
  private constructor(
    private readonly options: LifecycleOptions,
    private readonly kubectl: PatientKubectl,
    /** A server that stays and is Ready, and the script for it. */
    private readonly server: Host,
    private readonly servers: Machines,
    /** Its Node, if it has one. */
    readonly live: LiveObject | undefined,
    private readonly leaving: Peer,
    private readonly nodes: readonly Peer[],
    private readonly members: readonly Member[],
  ) {}

  /** @throws Error if no other server is Ready and lists the members of etcd */
  static async of(options: LifecycleOptions): Promise<Departure> {
    const { cluster, name, connection } = options;
    const { kubectl } = await connectTo(connection);
    const nodes = await new ClusterObjects(kubectl).list('the nodes', ['nodes']);
    const live = nodes.find(({ metadata }) => metadata.name === name);
    const peers = nodes.map(peerOf);
    const server = serversOf(cluster).find(
      (one) => one.name !== name && peers.some((peer) => peer.name === one.name && peer.isReady),
    );
    if (!server) throw new Error('no other server is Ready; see "Quorum is lost" in hosts/RUNBOOK.md');
    const servers = new Machines({ ...options, names: [server.name] });
    const members = listMembers(servers, server);
    const addresses = cluster.nodes.find((node) => node.name === name)?.address.map(({ text }) => text) ?? [];
    const leaving = live ? peerOf(live) : { name, addresses, isReady: false };
    return new Departure(options, kubectl, server, servers, live, leaving, peers, members);
  }

  get isReady(): boolean {
    return this.leaving.isReady;
  }

  /** Whether etcd has a member of it. */
  get isMember(): boolean {
    return this.members.some((member) => isOf(member, this.leaving));
  }

  /**
   * Says what it means.
   *
   * @param isReady whether its host runs until it leaves, and counts for the quorum
   * @throws Error if quorum would be lost, or a person does not agree
   */
  async ask(isReady: boolean, lines: readonly string[]): Promise<void> {
    const { confirm, dryRun, say } = this.options;
    const { lines: arithmetic, problem } = quorumWithout({ ...this.leaving, isReady }, this.members, this.nodes);
    if (problem) throw new Error([...arithmetic, problem].join('\n'));
    if (dryRun) for (const line of [...arithmetic, ...lines]) say(line);
    else if (!(await confirm([...arithmetic, ...lines]))) throw new Error('nothing is changed');
  }

  /** @throws Error if a pod cannot be evicted in time */
  async drain(): Promise<void> {
    const { name, connection, say } = this.options;
    await new Drain(connection, Math.ceil(connection.timeoutMs / 2000), say).empty({ name });
  }

  /** Removes its members from etcd, also one without a Node, which k3s does not remove. */
  evict(): void {
    const members = listMembers(this.servers, this.server).filter((member) => isOf(member, this.leaving));
    for (const { id } of members) this.servers.must(this.server, 'evict', id);
  }

  /** Deletes its Node and the Secret with its password, which a new host does not have. */
  async deleteNode(): Promise<void> {
    const { name, say } = this.options;
    const objects = [
      ['node', name],
      ['secret', `${name}.node-password.k3s`, '--namespace=kube-system'],
    ];
    for (const object of objects) {
      const args = ['delete', ...object, '--ignore-not-found', '--timeout=60s'];
      const undone = `could not delete ${object.slice(0, 2).join(' ')}`;
      const stdout = await this.kubectl.must({ doing: `deleting ${object[1]}`, undone, args: () => args });
      for (const line of stdout.split('\n').filter(Boolean)) say(`${name}: ${line}`);
    }
  }
}

function listMembers(servers: Machines, server: Host): Member[] {
  const listed = servers.run(server, 'etcd', false);
  if ('problem' in listed || listed.status !== 0) throw new Error(failure(server, listed));
  return membersIn(listed.stdout);
}

const addressesOf = ({ object }: LiveObject): string[] =>
  listAt(object, 'status', 'addresses')
    .filter((one) => textAt(one, 'type') === 'InternalIP')
    .map((one) => textAt(one, 'address') ?? '');

const peerOf = (live: LiveObject): Peer => ({
  name: live.metadata.name,
  addresses: addressesOf(live),
  isReady: listAt(live.object, 'status', 'conditions').some(
    (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
  ),
});

const hostOf = (live: LiveObject): Host => ({
  name: live.metadata.name,
  address: addressesOf(live).map(parseAddress),
  role: live.metadata.labels?.['node-role.kubernetes.io/control-plane'] === undefined ? 'agent' : 'server',
});
