import type { Cluster, ClusterInput } from '../../../lib/cluster/schema';
import { defineCluster } from '../../../lib/site/load';
import { hostFiles } from '../../../lib/synth/hosts';
import { Network } from '../network';
import type { Scenario } from '../scenario';
import { Server, type Tools } from './server';

export const VIP = '10.98.0.100';
/** The name of a server of the site. */
const nameOf = (index: number): string => `k3s-${index + 1}`;
/** Address of a server of the site. */
export const addressOf = (index: number): string => `10.98.0.1${index + 1}`;

/** A site of three servers, or more. */
export const controlPlaneSite = (changes: Partial<ClusterInput> = {}, count = 3): Cluster =>
  defineCluster({
    name: 'drill',
    network: { subnet: '10.98.0.0/24' },
    nodes: Array.from({ length: count }, (_, i) => ({ name: nameOf(i), address: addressOf(i), role: 'server' })),
    controlPlane: { vip: VIP },
    ...changes,
  });

export interface ControlPlaneLabProps {
  readonly scenario: Scenario;
  /** Number of servers. @default 3 */
  readonly count?: number;
  /** @default 'dash' */
  readonly tools?: Tools;
  /** @default - three servers alone */
  readonly site?: Partial<ClusterInput>;
  /** Changes a synthesized file, for a negative control. @default - nothing */
  readonly change?: (file: string, text: string) => string;
}

/** Freshly installed servers on one network, without a cluster. */
export class ControlPlaneLab {
  readonly servers: readonly [Server, Server, Server, ...Server[]];
  private readonly network = new Network();
  private readonly files: ReadonlyMap<string, string>;

  constructor(private readonly props: ControlPlaneLabProps) {
    const { count = 3, site, change = (_, text) => text } = props;
    this.files = new Map(
      [...hostFiles(controlPlaneSite(site, count))].map(([file, text]) => [file, change(file, text)]),
    );
    const further = Array.from({ length: count - 3 }, (_, i) => this.server(i + 3));
    this.servers = [this.server(0), this.server(1), this.server(2), ...further];
  }

  async start(): Promise<void> {
    await this.network.start();
    await Promise.all(this.servers.map((server) => server.install()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.remove()));
    await this.network.stop();
  }

  /** Starts all servers at once, until they run. Returns the ID of the one cluster; throws with several. */
  async bootstrap(): Promise<string> {
    await Promise.all(this.servers.map((server) => server.keepStarting()));
    const [id, ...others] = this.clusters();
    if (id === undefined || others.length > 0) throw new Error(`there are ${others.length + 1} clusters`);
    return id;
  }

  /** The different clusters of which the servers have data. */
  clusters(): string[] {
    return [...new Set(this.servers.flatMap((server) => server.cluster()?.id ?? []))];
  }

  /** The text under a heading of hosts/RUNBOOK.md. */
  section(heading: string): string {
    const section = this.files.get('RUNBOOK.md')?.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0];
    if (section === undefined) throw new Error(`hosts/RUNBOOK.md has no section "${heading}"`);
    return section;
  }

  /** The command blocks under a heading of hosts/RUNBOOK.md. */
  runbook(heading: string): string[] {
    return [...this.section(heading).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = '']) => commands);
  }

  private server(index: number): Server {
    const { scenario, tools } = this.props;
    const { network, files } = this;
    return new Server({ name: nameOf(index), address: addressOf(index), scenario, network, files, tools });
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
