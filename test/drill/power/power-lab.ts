import type { Cluster } from '../../../lib/cluster/schema';
import { chosenPasswords } from '../../../lib/nut/passwords';
import { nutSecret } from '../../../lib/nut/secret';
import { type PowerPlan, powerPlan } from '../../../lib/power/plan';
import { buildSite } from '../../../lib/synth/app';
import { clientHost } from '../client-host';
import type { ContainerRunner } from '../container-runner';
import { NUT_VARIABLE } from '../drill';
import type { Watcher } from '../host-props';
import { Lab, SPARE_MS } from '../lab';
import type { RootFileSystem } from '../machine/root-file-systems';
import type { MegatecOptions } from '../megatec';
import type { Scenario } from '../scenario';
import type { Sabotage } from './sabotage';
import { MACHINES, powerSite, UPS, UPS_NODE } from './site';

export interface PowerLabOptions {
  /** @default - one UPS, see powerSite */
  readonly cluster?: Cluster;
  /** A change of the synthesized files. @default - none */
  readonly sabotage?: Sabotage;
  /** Nodes whose Secret has other passwords than the primary. @default - none */
  readonly wrongPassword?: readonly string[];
  /** Nodes whose halt hangs. @default - none */
  readonly hangs?: readonly string[];
  readonly ups?: MegatecOptions;
  /** Whether killpowerd runs its gate at each boot. @default false */
  readonly gate?: boolean;
  /** More keys of the Secret. @default - none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Size of the file system of every power-off directory, such as `64k`. @default - not limited */
  readonly killpowerSize?: string;
  /** Other objects and another power-off script than those of synth. @default - none */
  readonly instead?: { readonly objects: string; readonly watcher: Watcher };
}

/** NUT of the Debian release of `--nut`; undefined for that of this host. */
export const nutImage = (): RootFileSystem | undefined => {
  const release = process.env[NUT_VARIABLE];
  return release ? `nut@${release}` : undefined;
};

/** The site of this drill with the NUT objects of synth. */
export class PowerLab extends Lab {
  readonly plan: PowerPlan;
  readonly cluster: Cluster;

  constructor(scenario: Scenario, options: PowerLabOptions = {}) {
    const { cluster = powerSite(), sabotage = (site) => site, hangs = [], instead } = options;
    const files = sabotage(buildSite(cluster));
    const nutObjects = files.dist.get('50-nut.k8s.yaml');
    if (nutObjects === undefined) throw new Error('synth wrote no 50-nut.k8s.yaml for a site with a UPS');
    const { notify: _, ...power } = cluster.power;
    const generated = () => chosenPasswords({ ...cluster, power }, {});
    const passwords = { ...generated(), ...options.secrets };
    const secret = nutSecret(cluster.nut.secret, passwords);
    const otherSecret = nutSecret(cluster.nut.secret, generated());
    const plan = powerPlan(cluster);
    super({
      scenario,
      cluster,
      files,
      objectsFor: ({ name }) =>
        instead ? [instead.objects] : [nutObjects, options.wrongPassword?.includes(name) ? otherSecret : secret],
      haltMs: ({ name }) => {
        const { haltSeconds = 0 } = plan.nodes.find(({ node }) => node.name === name) ?? {};
        return hangs.includes(name) ? Number.POSITIVE_INFINITY : haltSeconds * 1000 - SPARE_MS;
      },
      clientHost: (client, network) =>
        clientHost({ client, network, scenario, cluster, runbook: files.hosts.get('RUNBOOK.md') ?? '', passwords }),
      // the notes had an older NUT: with 2.8.5 their SHUTDOWNCMD succeeds although the UPS is silent
      image: instead ? undefined : nutImage(),
      watcher: instead?.watcher,
      killpowerSize: options.killpowerSize,
      gate: options.gate,
      // the only time of the UPS that is shortened: 1 s for each minute before the output is restored
      ups: { restoreMinuteMs: 1000, ...options.ups },
    });
    this.plan = plan;
    this.cluster = cluster;
  }

  /** The container `upsd` of the node with the cable of a UPS. */
  upsd(ups = UPS): ContainerRunner {
    const node = this.cluster.ups.find(({ name }) => name === ups)?.node ?? UPS_NODE;
    return this.kubelet(node).container('upsd');
  }

  /** The words of ups.status on the node with the cable, such as OB and LB; none if upsd has no data. */
  async upsStatus(ups = UPS): Promise<string[]> {
    const { stdout } = await this.upsd(ups).exec('upsc', ups, 'ups.status');
    return stdout.trim().split(' ').filter(Boolean);
  }

  /** The addresses from which an upsmon is logged in, sorted; the node with the cable has two. */
  async clients(ups = UPS): Promise<string[]> {
    const { stdout } = await this.upsd(ups).exec('upsc', '-c', ups);
    return stdout.split('\n').filter(Boolean).sort();
  }

  /** How many upsmons should be logged in to a UPS: the agent of each node, the primary, and the clients. */
  logins(ups = UPS): number {
    const { clients = [] } = this.cluster.ups.find(({ name }) => name === ups) ?? {};
    return 1 + clients.length + this.cluster.nodes.filter((node) => node.ups.some(({ name }) => name === ups)).length;
  }

  async loggedIn(): Promise<boolean> {
    for (const { name } of this.cluster.ups) {
      if ((await this.clients(name)).length !== this.logins(name)) return false;
    }
    return true;
  }

  /** When the first of these nodes was committed, for any reason. */
  firstCommitOf(machines: readonly string[]): number {
    const times = machines.map((name) => this.host(name).killpower.deadlines[0]?.at ?? Number.POSITIVE_INFINITY);
    return Math.min(...times);
  }
}

/** A value for each node, for a row of the table. */
export const perMachine = (
  value: (name: string) => string,
  names: readonly string[] = MACHINES,
): Record<string, string> => Object.fromEntries(names.map((name) => [name, value(name)]));

/** Starts a lab, runs the scenario, and removes the lab. */
export async function inPowerLab(
  scenario: Scenario,
  options: PowerLabOptions,
  run: (lab: PowerLab) => Promise<void>,
): Promise<void> {
  const lab = new PowerLab(scenario, options);
  try {
    await lab.start();
    await run(lab);
  } finally {
    await lab.stop();
  }
}

/** The same, once every upsmon is logged in, and upsd has data: it accepts a login before the driver has started. */
export const withPowerLab: typeof inPowerLab = (scenario, options, run) =>
  inPowerLab(scenario, options, async (lab) => {
    const wrong = options.wrongPassword?.length ?? 0;
    if (wrong > 0) {
      const right = lab.logins() - wrong;
      await scenario.reach(`${right} upsmons log in`, 40_000, async () => (await lab.clients()).length === right);
    } else {
      await scenario.reach('every upsmon logs in', 40_000, () => lab.loggedIn());
    }
    await scenario.reach('upsd has data', 30_000, async () => {
      const all = await Promise.all(lab.cluster.ups.map(({ name }) => lab.upsStatus(name)));
      return all.every((words) => words.length > 0);
    });
    await run(lab);
  });
