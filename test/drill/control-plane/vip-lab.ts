import { join } from 'node:path';
import type { Cluster } from '../../../lib/cluster/schema';
import { defineCluster } from '../../../lib/site/load';
import { buildSite } from '../../../lib/synth/app';
import { Network } from '../network';
import { type BackgroundProcess, signal } from '../processes';
import type { Scenario } from '../scenario';
import { writeCertificates } from './api-certificates';
import { Probes, Station } from './station';

const NAMES = ['k3s-1', 'k3s-2', 'k3s-3'] as const;
/** The address families of a site, the primary one first. */
const FAMILIES = { IPv4: ['10.96.0.'], IPv6: ['fd00:96::'], both: ['10.96.0.', 'fd00:96::'] } as const;
type Families = keyof typeof FAMILIES;

export const VIP = '10.96.0.100';
export const VIP6 = 'fd00:96::100';
export const DNS_NAME = 'api.drill.test';
const script = (name: string): string => join(process.cwd(), 'test/drill/scripts', name);

/** The addresses with this last part. */
function addressesOf(families: Families, last: number): [string, ...string[]] {
  const [first, ...others] = FAMILIES[families];
  return [`${first}${last}`, ...others.map((network) => `${network}${last}`)];
}

/** Three servers with a VIP that keepalived moves. */
const vipSite = (families: Families): Cluster =>
  defineCluster({
    name: 'drill',
    network: {
      subnet: FAMILIES[families].map((network) => (network.includes(':') ? `${network}/64` : `${network}0/24`)),
    },
    nodes: NAMES.map((name, i) => ({ name, address: addressesOf(families, 11 + i), role: 'server' })),
    controlPlane: { vip: addressesOf(families, 100), dnsName: DNS_NAME, interface: 'eth0', provider: 'keepalived' },
  });

export interface VipLabProps {
  /** @default 'IPv4' */
  readonly families?: Families;
  /** Changes a synthesized file, for a negative control. @default - nothing */
  readonly change?: (text: string) => string;
}

/** A server: real keepalived with the synthesized files, and a stand-in for its API server. */
export class VipServer extends Station {
  private api: BackgroundProcess | undefined;
  private keepalived: BackgroundProcess | undefined;

  startApi(certificates: string): void {
    this.api = this.background(process.execPath, script('api-stand-in.js'), this.name, certificates, '6443');
  }

  async killApi(): Promise<void> {
    await this.api?.kill();
  }

  startKeepalived(): void {
    this.keepalived = this.background('keepalived', '--dont-fork', '--log-console', '--log-detail');
  }

  /** As `systemctl stop keepalived`. */
  async stopKeepalived(): Promise<void> {
    if (!this.keepalived) return;
    signal(this.keepalived.pid, 'SIGTERM');
    await this.keepalived.ended;
  }
}

/** Three servers and a client on one network. */
export class VipLab {
  readonly site: Cluster;
  /** The VIP in each family. */
  readonly vips: readonly string[];
  readonly servers: readonly [VipServer, VipServer, VipServer];
  readonly client: Station;
  /** The kubeconfig of a server. */
  k3sYaml = '';
  readonly certificates: string;
  private readonly network = new Network();
  private readonly files: ReadonlyMap<string, string>;
  private readonly change: (text: string) => string;

  constructor(scenario: Scenario, { families = 'IPv4', change = (text) => text }: VipLabProps = {}) {
    this.change = change;
    this.site = vipSite(families);
    this.vips = addressesOf(families, 100);
    this.files = buildSite(this.site).hosts;
    this.certificates = scenario.folder('certificates');
    const server = (i: 0 | 1 | 2) =>
      new VipServer(NAMES[i], addressesOf(families, 11 + i), scenario, ['/etc/keepalived']);
    this.servers = [server(0), server(1), server(2)];
    this.client = new Station('client', addressesOf(families, 50), scenario);
  }

  async start(): Promise<void> {
    const addresses = [...this.vips, ...this.servers.map(({ address }) => address)];
    this.k3sYaml = await writeCertificates(this.certificates, addresses, [DNS_NAME]);
    await this.network.start();
    await this.client.start(this.network);
    for (const server of this.servers) {
      await server.start(this.network);
      server.write('/etc/keepalived/keepalived.conf', this.change(this.textOf('server/keepalived.conf')));
      server.write('/etc/keepalived/check-api.sh', this.textOf('server/check-api.sh'), 0o755);
      server.startApi(this.certificates);
      server.startKeepalived();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.client, ...this.servers].map((station) => station.stop()));
    await this.network.stop();
  }

  /** Starts to probe the VIP from the client. */
  probe(vip = this.vips[0] ?? VIP): Probes {
    this.client.background(process.execPath, script('api-prober.js'), this.certificates, vip, '6443');
    return new Probes(this.client.logOf(process.execPath));
  }

  /** Whether a server has the VIP in every family. */
  async isHeldBy(server: VipServer): Promise<boolean> {
    const held = await Promise.all(this.vips.map((vip) => server.has(vip)));
    return held.every(Boolean);
  }

  /** The servers that have the VIP. */
  async holders(): Promise<VipServer[]> {
    const held = await Promise.all(this.servers.map((server) => this.isHeldBy(server)));
    return this.servers.filter((_, i) => held[i]);
  }

  private textOf(file: string): string {
    const text = this.files.get(file);
    if (text === undefined) throw new Error(`synth writes no hosts/${file}`);
    return text;
  }
}

/** Runs a scenario in a lab of its own once one server has the VIP, and removes the lab. */
export async function withVipLab(
  scenario: Scenario,
  body: (lab: VipLab, holder: VipServer) => Promise<void>,
  props?: VipLabProps,
): Promise<void> {
  const lab = new VipLab(scenario, props);
  try {
    await lab.start();
    await scenario.reach('one server takes the VIP', 30_000, async () => (await lab.holders()).length === 1);
    const [holder] = await lab.holders();
    if (!holder) throw new Error('no server has the VIP any more');
    await body(lab, holder);
  } finally {
    await lab.stop();
  }
}
