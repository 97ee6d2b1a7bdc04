import { buildSite } from '../../../lib/app';
import { defineCluster } from '../../../lib/cluster/load';
import type { Cluster } from '../../../lib/cluster/schema';
import { newPasswords, nutSecret } from '../../../lib/nut/secret';
import { Lab, type LabProps } from '../lab';
import type { MegatecOptions } from '../megatec';
import type { Scenario } from '../scenario';
import { notesObjects } from './notes-objects';

export const PRIMARY = 'k3s-1';
export const SECONDARIES = ['k3s-2', 'k3s-3'] as const;
export const MACHINES = [PRIMARY, ...SECONDARIES] as const;
export const UPS = 'ups1';

/** How long a machine needs to halt: a k3s server with its pods takes its time. */
const HALT_MS: Readonly<Record<string, number>> = { 'k3s-1': 60_000, 'k3s-2': 45_000, 'k3s-3': 50_000 };

/** Three servers at one UPS with a serial cable. What the emulator speaks is all that differs from a site of yours. */
const powerSite = (): Cluster =>
  defineCluster({
    name: 'drill',
    network: { subnet: '10.77.0.0/24' },
    nodes: MACHINES.map((name, i) => ({ name, address: `10.77.0.1${i + 1}`, role: 'server', ups: UPS })),
    controlPlane: { vip: '10.77.0.5' },
    ups: [
      {
        name: UPS,
        driver: 'nutdrv_qx',
        port: '/dev/ttyS0',
        node: PRIMARY,
        options: { protocol: 'megatec', novendor: true, norating: true, pollinterval: 2 },
      },
    ],
  });

export interface PowerLabOptions {
  /** Machines whose Secret has another password than the primary knows. @default - none */
  readonly wrongPassword?: readonly string[];
  readonly ups?: MegatecOptions;
  readonly imagePrograms?: LabProps['imagePrograms'];
  /** The configuration of the notes instead of this project's. @default false */
  readonly notes?: boolean;
}

/** The site of this drill with NUT as synth writes it. */
export class PowerLab extends Lab {
  /** The NUT objects that synth wrote. */
  readonly nutObjects: string;

  constructor(scenario: Scenario, options: PowerLabOptions = {}) {
    const cluster = powerSite();
    const files = buildSite(cluster);
    const nutObjects = files.dist.get('50-nut.k8s.yaml');
    if (nutObjects === undefined) throw new Error('synth wrote no 50-nut.k8s.yaml for a site with a UPS');
    const secret = nutSecret(cluster.nut.secret, newPasswords());
    const otherSecret = nutSecret(cluster.nut.secret, newPasswords());
    super({
      scenario,
      cluster,
      files,
      objectsFor: ({ name }) =>
        options.notes
          ? [notesObjects(cluster)]
          : [nutObjects, options.wrongPassword?.includes(name) ? otherSecret : secret],
      haltMs: ({ name }) => HALT_MS[name] ?? 45_000,
      ups: options.ups,
      imagePrograms: options.imagePrograms,
    });
    this.nutObjects = nutObjects;
  }

  /** ups.status as the machine with the cable sees it, such as `OB LB`; '' when upsd does not answer or has no data. */
  async upsStatus(): Promise<string> {
    const { stdout } = await this.kubelet(PRIMARY).container('upsd').exec('upsc', UPS, 'ups.status');
    return stdout.trim();
  }

  /** The addresses from which an upsmon is logged in, sorted. */
  async clients(): Promise<string[]> {
    const { stdout } = await this.kubelet(PRIMARY).container('upsd').exec('upsc', '-c', UPS);
    return stdout.split('\n').filter(Boolean).sort();
  }

  /** Whether an upsmon is logged in for each of so many machines. */
  async loggedIn(count: number = MACHINES.length): Promise<boolean> {
    return (await this.clients()).length === count;
  }
}

/** A value for each machine, for a row of the table. */
export const perMachine = (value: (name: string) => string): Record<string, string> =>
  Object.fromEntries(MACHINES.map((name) => [name, value(name)]));

/** Starts a lab, waits until every upsmon is logged in, runs the scenario, and takes the lab away. */
export async function withPowerLab(
  scenario: Scenario,
  options: PowerLabOptions & { readonly logins?: number },
  run: (lab: PowerLab) => Promise<void>,
): Promise<void> {
  const lab = new PowerLab(scenario, options);
  try {
    await lab.start();
    const { logins = MACHINES.length } = options;
    await scenario.reach(`${logins} upsmons log in`, 30_000, () => lab.loggedIn(logins));
    await run(lab);
  } finally {
    await lab.stop();
  }
}
