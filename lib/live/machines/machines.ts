import type { Cluster, Host } from '../../cluster';
import { agentsOf, primary, serversOf } from '../../cluster';
import { type InstallVerb, installScript } from '../../machines';
import { buildSite, serverAddOns } from '../../synth';
import { lastLine, overSsh, type Ran, type SshOptions } from '../ssh';
import type { Drain } from './drain';
import { type Member, membersIn, strangersAmong } from './etcd-members';
import { type OfflineFile, sendOffline } from './offline';

/** Which hosts, and how they are reached. */
export interface MachinesOptions {
  readonly cluster: Cluster;
  /** The names of hosts. @default - all of the site */
  readonly names: readonly string[];
  readonly ssh: SshOptions;
  /** A host that leaves the site, in place of those. @default - none */
  readonly leaving?: Host;
  /** Prints a line. */
  readonly say: (line: string) => void;
}

export interface InstallOptions extends MachinesOptions {
  /** The token of the cluster. @default - that on the hosts stays */
  readonly token: string | undefined;
  /** k3s, its installer and images, for hosts without internet access. @default - none */
  readonly offline?: readonly OfflineFile[];
  /** Called when every host meets its requirements, before the first change. */
  readonly beforeChange: () => void;
}

export interface UpgradeOptions {
  /** Asked before each restart and at the end. */
  readonly obstacles: Obstacles;
  /** k3s, its installer and images, for hosts without internet access. @default - none */
  readonly offline?: readonly OfflineFile[];
  /** Moves the pods away before each restart. @default - they keep running */
  readonly drain?: Drain;
}

/** Seconds for a verb beside the connection, if not LIMIT: check tries ports; install may load packages, k3s and, over a slow link, its files. */
const LIMITS: Readonly<Partial<Record<InstallVerb, number>>> = {
  check: 120,
  install: 3600,
  await: 660,
  snapshot: 600,
  upgrade: 3600,
  stop: 300,
  set_aside: 300,
  restore: 1800,
  rotate: 120,
  leave: 300,
  uninstall: 600,
};
const LIMIT = 60;

/** The hosts of a site, each with the script that installs it. */
export class Machines {
  private readonly scripts: ReadonlyMap<Host, string>;

  /** @throws Error for a name that the site does not have */
  constructor(
    private readonly options: MachinesOptions,
    token?: string,
  ) {
    const { cluster, names, leaving } = options;
    const unknown = names.filter((name) => !cluster.nodes.some((node) => node.name === name));
    if (unknown.length > 0) {
      const known = cluster.nodes.map(({ name }) => name).join(', ');
      throw new Error(`${unknown.join(', ')}: no node of the site has this name; give some of ${known}`);
    }
    const addOns = serverAddOns(cluster, buildSite(cluster).dist);
    const chosen = leaving
      ? [leaving]
      : [...serversOf(cluster), ...agentsOf(cluster)].filter(({ name }) => names.length === 0 || names.includes(name));
    this.scripts = new Map(
      chosen.map((node) => [node, installScript(cluster, node, addOns, token === undefined ? {} : { token })]),
    );
  }

  /** The scripts of the hosts, one after the other. */
  get text(): string {
    return [...this.scripts.values()].join('\n');
  }

  /**
   * Prints what an installation would change.
   *
   * @throws Error if a host cannot be reached or does not meet its requirements
   */
  plan(): void {
    this.check();
    for (const node of this.scripts.keys()) this.must(node, 'plan');
  }

  /**
   * Installs the hosts: requirements of all, then the files of each, then k3s of the servers, then of the agents. Each step prints what it
   * changes and skips what is done.
   *
   * @throws Error at the first host that fails; a later run continues there
   */
  install({ offline = [], beforeChange }: Pick<InstallOptions, 'offline' | 'beforeChange'>): void {
    this.check();
    beforeChange();
    for (const node of this.scripts.keys()) {
      sendOffline(node, offline, this.options.ssh, this.options.say);
      this.must(node, 'install');
    }
    for (const role of ['server', 'agent'] as const) {
      const nodes = [...this.scripts.keys()].filter((node) => node.role === role);
      // servers wait for the votes of each other
      for (const node of nodes) this.must(node, 'start');
      for (const node of nodes) this.must(node, 'await');
    }
  }

  /**
   * Upgrades k3s to versions.k3s on servers, one after the other, then on agents. A run that was cut is continued by another.
   *
   * @throws Error for a version that k3s cannot reach from here, at an obstacle, or at the first host that does not come back
   */
  async upgrade({ obstacles, offline = [], drain }: UpgradeOptions): Promise<void> {
    const { cluster, say } = this.options;
    const { nodes } = this;
    const [first] = nodes;
    if (first?.role !== 'server') throw new Error('an upgrade begins with servers; name all nodes, or none');
    const wanted = cluster.versions.k3s;
    const todo: Host[] = [];
    for (const node of nodes) {
      const version = this.answer(node, 'version');
      const problem = upgradeProblem(version.replace(' stale', ''), wanted);
      if (problem) throw new Error(`${node.name}: ${problem}`);
      if (version !== wanted) todo.push(node);
    }
    if (todo.length > 0) {
      const { stale, unknown } = strangersAmong(membersIn(this.answer(first, 'etcd')), serversOf(cluster));
      const named = ({ name, hosts }: Member): string => `${name || 'not started'} at ${hosts.join(', ')}`;
      if (unknown.length > 0) {
        throw new Error(
          `etcd has members that are no server of the site: ${unknown.map(named).join('; ')}; remove them by machines remove NODE, or add their servers to the site file`,
        );
      }
      await clear(obstacles);
      this.must(first, 'snapshot', 'before-upgrade');
      for (const member of stale) {
        say(`etcd member ${named(member)}: of an earlier host of its node`);
        this.must(first, 'evict', member.id);
      }
    }
    for (const node of nodes) {
      if (todo.includes(node)) {
        await clear(obstacles);
        sendOffline(node, offline, this.options.ssh, say);
        await drain?.empty(node);
        this.must(node, 'upgrade');
        this.must(node, 'await');
      }
      // also after a run that was cut
      await drain?.fill(node);
    }
    await clear(obstacles);
    say(`ok: every node has k3s ${wanted}`);
  }

  /** The nodes, servers first. */
  get nodes(): readonly Host[] {
    return [...this.scripts.keys()];
  }

  /** What a verb that changes nothing prints. @throws Error if it cannot be asked */
  answer(node: Host, verb: InstallVerb): string {
    const ran = this.run(node, verb, false);
    if (!('problem' in ran) && ran.status === 0) return ran.stdout.trim();
    throw new Error(`${failure(node, ran)}\nnothing is changed`);
  }

  /** Prints what is installed. Returns the hosts that differ from hosts/ or cannot be reached. */
  status(): Host[] {
    return [...this.scripts.keys()].filter((node) => {
      const ran = this.run(node, 'status');
      if ('problem' in ran || ran.status === 1) this.options.say(failure(node, ran));
      return 'problem' in ran || ran.status !== 0;
    });
  }

  /** @throws Error if a host cannot be reached or does not meet its requirements */
  check(): void {
    const bad: Host[] = [];
    for (const node of this.scripts.keys()) {
      const ran = this.run(node, 'check', false);
      if (!('problem' in ran)) for (const line of ran.stdout.split('\n').filter(Boolean)) this.options.say(line);
      if (!('problem' in ran) && ran.status === 0) continue;
      this.options.say(failure(node, ran));
      bad.push(node);
    }
    if (bad.length === 0) return;
    const others = [...this.scripts.keys()].filter((node) => !bad.includes(node)).map(({ name }) => name);
    throw new Error(
      `nothing is changed: ${bad.map(({ name }) => name).join(', ')} cannot be installed; correct that${
        others.length > 0 ? `, or install only ${others.join(' ')} by naming them` : ''
      }`,
    );
  }

  /** Runs a verb on a host and shows its lines. @throws Error if it fails */
  must(node: Host, verb: InstallVerb, argument?: string): void {
    const ran = this.run(node, verb, true, argument);
    if (!('problem' in ran) && ran.status === 0) return;
    throw new Error(`${failure(node, ran)}\nstopped at ${verb} of ${node.name}; run this again to continue`);
  }

  /** Runs a verb on a host. @param shown shows its lines in place of returning them */
  run(node: Host, verb: InstallVerb, shown = true, argument?: string): Ran {
    const input = this.scripts.get(node) ?? '';
    const step = argument === undefined ? verb : `${verb}:${argument}`;
    return overSsh(node, `sh -s -- ${step}`, LIMITS[verb] ?? LIMIT, this.options.ssh, { input, shown });
  }
}

/** Why no k3s may be restarted now. */
export type Obstacles = () => Promise<readonly string[]>;

/** @throws Error if something prevents a restart */
export async function clear(obstacles: Obstacles): Promise<void> {
  const lines = await obstacles();
  if (lines.length === 0) return;
  throw new Error(`${lines.join('\n')}\nno further node is restarted; correct that, and run this again`);
}

/** Why a script failed, where it has not said so itself. */
export function failure({ name, address }: Host, ran: Ran): string {
  const host = `${name} (${primary(address).text})`;
  if ('problem' in ran) return `${host}: ${ran.problem}`;
  const said = lastLine(ran.stderr);
  const cure = said?.startsWith('sudo: a ')
    ? 'allow the user sudo without a password, or log in as root'
    : 'see its lines above';
  return `${host}: exit status ${ran.status}${said ? ` (${said})` : ''}; ${cure}`;
}

/** Why k3s cannot be upgraded between two versions: https://kubernetes.io/releases/version-skew-policy/. */
function upgradeProblem(from: string, to: string): string | undefined {
  const [is, wanted] = [from, to].map((text) =>
    /^v(\d+)\.(\d+)\.(\d+)(?:\+k3s(\d+))?$/.exec(text)?.slice(1).map(Number),
  );
  if (!is || !wanted) return `has k3s "${from}", and versions.k3s is ${to}; run machines install first`;
  const [major = 0, minor = 0] = wanted;
  const difference = wanted.map((part, i) => part - (is[i] ?? 0)).find((part) => part !== 0) ?? 0;
  if (difference < 0)
    return `has k3s ${from}, newer than versions.k3s ${to}; a downgrade needs a restore from a snapshot`;
  const next = (is[1] ?? 0) + 1;
  return major !== is[0] || minor > next
    ? `has k3s ${from}, and Kubernetes allows no skipped minor version; set versions.k3s to a v${is[0]}.${next} first`
    : undefined;
}
