import type { Cluster, ClusterInput } from '../../../lib/cluster/schema';
import { defineCluster } from '../../../lib/site/load';
import { hostFiles } from '../../../lib/synth/hosts';
import { Network } from '../network';
import type { Scenario } from '../scenario';
import { Server, type Tools } from './server';

export const VIP = '10.98.0.100';
const NAMES = ['k3s-1', 'k3s-2', 'k3s-3'] as const;
/** Address of a server of the site. */
export const addressOf = (index: number): string => `10.98.0.1${index + 1}`;

/** A site of three servers. */
export const controlPlaneSite = (changes: Partial<ClusterInput> = {}): Cluster =>
  defineCluster({
    name: 'drill',
    network: { subnet: '10.98.0.0/24' },
    nodes: NAMES.map((name, i) => ({ name, address: addressOf(i), role: 'server' })),
    controlPlane: { vip: VIP },
    ...changes,
  });

export interface ControlPlaneLabProps {
  readonly scenario: Scenario;
  /** @default - three servers, bootstrapped by a person */
  readonly site?: Cluster;
  /** @default 'dash' */
  readonly tools?: Tools;
  /** Changes a synthesized file, for a negative control. @default - nothing */
  readonly change?: (file: string, text: string) => string;
}

/** Three freshly installed servers on one network. */
export class ControlPlaneLab {
  readonly servers: readonly [Server, Server, Server];
  private readonly network = new Network();
  private readonly files: ReadonlyMap<string, string>;

  constructor(private readonly props: ControlPlaneLabProps) {
    const { site = controlPlaneSite(), change = (_, text) => text } = props;
    this.files = new Map([...hostFiles(site)].map(([file, text]) => [file, change(file, text)]));
    this.servers = [this.server(0), this.server(1), this.server(2)];
  }

  async start(): Promise<void> {
    await this.network.start();
    for (const server of this.servers) await server.install();
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.remove()));
    await this.network.stop();
  }

  /** The different clusters of which the servers have data. */
  clusters(): string[] {
    return [...new Set(this.servers.flatMap((server) => server.cluster()?.id ?? []))];
  }

  /** The command blocks under a heading of hosts/RUNBOOK.md. */
  runbook(heading: string): string[] {
    const section = this.files.get('RUNBOOK.md')?.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0];
    if (section === undefined) throw new Error(`hosts/RUNBOOK.md has no section "${heading}"`);
    return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = '']) => commands);
  }

  private server(index: number): Server {
    const { scenario, tools } = this.props;
    const { network, files } = this;
    return new Server({ name: NAMES[index] ?? '', address: addressOf(index), scenario, network, files, tools });
  }
}

/** Runs a scenario in a lab of its own, and removes the lab. */
export async function withControlPlane(
  props: ControlPlaneLabProps,
  body: (lab: ControlPlaneLab) => Promise<void>,
): Promise<void> {
  const lab = new ControlPlaneLab(props);
  try {
    await lab.start();
    await body(lab);
  } finally {
    await lab.stop();
  }
}
