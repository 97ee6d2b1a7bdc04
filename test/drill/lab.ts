import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { subnetOf } from '../../lib/cluster/queries';
import type { Client, Cluster, Node } from '../../lib/cluster/schema';
import type { Address } from '../../lib/network/address';
import type { SiteFiles } from '../../lib/synth/app';
import type { Mount } from './container-runner';
import { Host } from './host';
import type { Watcher } from './host-props';
import { type RootFileSystem, rootFileSystem } from './machine/root-file-systems';
import { Manifests } from './manifests';
import type { MegatecOptions } from './megatec';
import { Network } from './network';
import { Kubelet } from './pod-runner';
import type { Scenario } from './scenario';
import { cardOf } from './snmp/cards';
import { SnmpUps } from './snmp/snmp-ups';
import type { UpsDevice } from './ups-device';
import { UpsEmulator } from './ups-emulator';

export interface LabProps {
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  /** The synthesized files of this site. */
  readonly files: SiteFiles;
  /** The Kubernetes objects for a node, as YAML texts. */
  readonly objectsFor: (node: Node) => readonly string[];
  /** Milliseconds that a node needs to halt; Infinity for a halt that hangs. */
  readonly haltMs: (node: Node) => number;
  /** Milliseconds of a boot: longer than the driver needs to detect mains power, as on a real node. @default 6000 */
  readonly bootMs?: number;
  /** Size of the file system of every power-off directory, such as `64k`. @default - not limited */
  readonly killpowerSize?: string;
  /** The host of a client of a UPS. @default - no clients */
  readonly clientHost?: (client: Client, network: Network) => Host;
  /** What powers the nodes off. @default - the synthesized killpowerd, with the arguments of its unit */
  readonly watcher?: Watcher;
  /** Whether killpowerd runs its gate at each boot, which waits for the latest time of a cut. @default false */
  readonly gate?: boolean;
  /** Of every UPS; some options are for serial ones. @default - a UPS in real time with an endless battery */
  readonly ups?: MegatecOptions;
  /** Root file system of every container. @default - that of this host */
  readonly image?: RootFileSystem;
  /** Programs in the image of every container beside those of `image`: path to script. @default - none */
  readonly imagePrograms?: Readonly<Record<string, string>>;
}

/** Hosts halt this much faster than their halt budget. */
export const SPARE_MS = 2000;

/** As `ip address add` takes it: 10.77.0.11/24. */
export const withPrefixLength = (cluster: Cluster, address: Address): string =>
  `${address.text}/${subnetOf(cluster, address)?.text.split('/')[1]}`;

/** The UPSes of a site and the nodes that they feed, in namespaces of this host. */
export class Lab {
  readonly hosts: readonly Host[];
  /** Magic packets of wake-on-LAN: when, and for which node. A node that is off starts at the first one. */
  readonly magicPackets: { readonly at: number; readonly name: string }[] = [];
  private endListening: (() => Promise<void>) | undefined;
  /** The hosts outside the cluster, by UPS. */
  private readonly outside: readonly (readonly [ups: string, Host])[];
  readonly network = new Network();
  private readonly upses: ReadonlyMap<string, UpsDevice>;
  private readonly kubelets = new Map<string, Kubelet>();
  private readonly prepared: readonly (readonly [Node, Map<string, string>])[];

  constructor(private readonly props: LabProps) {
    const { scenario, cluster, files } = props;
    const watcher = props.watcher ?? synthesizedWatcher(cluster, files, props.gate ?? false);
    const nodes = cluster.nodes.filter(({ ups }) => ups.length > 0);
    this.prepared = nodes.map((node) => [node, new Map<string, string>()] as const);
    this.hosts = this.prepared.map(
      ([node, devices]) =>
        new Host({
          name: node.name,
          addresses: node.address.map((address) => withPrefixLength(cluster, address)),
          labels: labelsOf(node, files),
          folder: scenario.folder(node.name),
          logFolder: scenario.logFolder,
          network: this.network,
          timeline: scenario.timeline,
          killpowerPath: cluster.nut.killpowerPath,
          killpowerSize: props.killpowerSize,
          watcher,
          devices,
          haltMs: props.haltMs(node),
          bootMs: props.bootMs ?? 6000,
        }),
    );
    this.outside = cluster.ups.flatMap(({ name, clients }) =>
      clients.flatMap((client) => (props.clientHost ? [[name, props.clientHost(client, this.network)] as const] : [])),
    );
    const { timeline } = scenario;
    const onLoad = () => this.distributePower();
    this.upses = new Map(
      cluster.ups.map(({ name, driver, port, options }) => [
        name,
        driver === 'snmp-ups'
          ? new SnmpUps({ ...props.ups, name, timeline, onLoad, address: port, model: cardOf(options['mibs']) })
          : new UpsEmulator({ ...props.ups, name, folder: scenario.folder(name), timeline, onLoad }),
      ]),
    );
  }

  host(name: string): Host {
    const host = this.allHosts.find((candidate) => candidate.name === name);
    if (!host) throw new Error(`the lab has no host "${name}"`);
    return host;
  }

  private get allHosts(): readonly Host[] {
    return [...this.hosts, ...this.outside.map(([, host]) => host)];
  }

  ups(name: string): UpsDevice {
    const ups = this.upses.get(name);
    if (!ups) throw new Error(`the lab has no UPS "${name}"`);
    return ups;
  }

  kubelet(host: string): Kubelet {
    const kubelet = this.kubelets.get(host);
    if (!kubelet) throw new Error(`the lab has no node "${host}"`);
    return kubelet;
  }

  /** The log of a container so far. */
  logOf(host: string, pod: string, container: string): string {
    return readFileSync(join(this.props.scenario.logFolder, host, pod, `${container}.log`), 'utf8');
  }

  /** Starts the UPSes and powers on all nodes. Resolves when they have booted and their pods start. */
  async start(): Promise<void> {
    const { scenario, cluster, objectsFor } = this.props;
    await this.network.start();
    this.endListening = this.network.listen((mac) => this.wake(mac));
    const cards = cluster.ups.filter(({ name }) => this.ups(name) instanceof SnmpUps);
    await this.network.join(...cards.map(({ port }) => `${port}/${cluster.network.subnet[0]?.text.split('/')[1]}`));
    await Promise.all([...this.upses.values()].map((ups) => ups.start()));
    for (const { port, node, name } of cluster.ups) {
      const ups = this.ups(name);
      if (ups instanceof UpsEmulator)
        this.prepared.find(([{ name: host }]) => host === node)?.[1].set(port, ups.device);
    }
    const image = this.props.image && (await rootFileSystem(this.props.image, scenario));
    const imageFiles = this.imageFiles();
    for (const [node] of this.prepared) {
      const host = this.host(node.name);
      const kubelet = new Kubelet({
        manifests: Manifests.parse(...objectsFor(node)),
        host,
        folder: join(scenario.folder(host.name), 'pods'),
        logFolder: join(scenario.logFolder, host.name),
        timeline: scenario.timeline,
        image,
        imageFiles,
      });
      this.kubelets.set(host.name, kubelet);
      host.run(kubelet);
      await host.connect();
    }
    for (const [, host] of this.outside) await host.connect();
    await Promise.all(this.allHosts.map((host) => host.powerOn()));
  }

  private wake(mac: string): void {
    const host = this.hosts.find((candidate) => candidate.mac === mac);
    if (!host) return;
    this.magicPackets.push({ at: this.props.scenario.timeline.log(host.name, 'magic packet'), name: host.name });
    void host.start('magic packet');
  }

  /** A node has power while enough of its supplies do. */
  private distributePower(): void {
    for (const [node] of this.prepared) {
      const supplied = node.ups.filter(({ name }) => this.ups(name).loadOn);
      const supplies = supplied.reduce((sum, { powerValue }) => sum + powerValue, 0);
      const host = this.host(node.name);
      void (supplies >= node.minSupplies ? host.powerOn() : host.cutPower());
    }
    for (const [ups, host] of this.outside) void (this.ups(ups).loadOn ? host.powerOn() : host.cutPower());
  }

  private imageFiles(): Mount[] {
    const { scenario, imagePrograms = {} } = this.props;
    return Object.entries(imagePrograms).map(([target, text], i) => {
      const source = join(scenario.folder('image'), String(i));
      writeFileSync(source, text, { mode: 0o755 });
      return { source, target, readOnly: true };
    });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.upses.values()].map((ups) => ups.stop()));
    await this.endListening?.();
    await Promise.all(this.allHosts.map((host) => host.remove()));
    await this.network.stop();
  }
}

/** killpowerd as the init system of the node would start it. */
function synthesizedWatcher({ nut }: Cluster, { hosts }: SiteFiles, gate: boolean): Watcher {
  const script = hosts.get('killpower/killpowerd');
  const unit = hosts.get('killpower/killpowerd.service') ?? '';
  const argumentsOf = (line: string) => {
    const [, words] = new RegExp(`^${line}=.* /usr/local/sbin/killpowerd (.*)$`, 'm').exec(unit) ?? [];
    if (words === undefined) throw new Error(`killpower/killpowerd.service of the site has no ${line} with killpowerd`);
    return (folder: string) => words.split(' ').map((word) => (word === nut.killpowerPath ? folder : word));
  };
  if (script === undefined)
    throw new Error('the site has no killpower/killpowerd; it needs a UPS and power.actuator: killpowerd');
  return {
    script,
    argumentsFor: argumentsOf('ExecStart'),
    ...(gate && { gateArgumentsFor: argumentsOf('ExecStartPre') }),
  };
}

/** The labels a node registers with: those of Kubernetes, and those of its file. */
function labelsOf({ name }: Node, { hosts }: SiteFiles): Record<string, string> {
  const config = parse(hosts.get(`nodes/${name}/k3s.yaml`) ?? '{}') as { readonly 'node-label+'?: readonly string[] };
  const configured = (config['node-label+'] ?? []).map(
    (label) => [label.slice(0, label.indexOf('=')), label.slice(label.indexOf('=') + 1)] as const,
  );
  return { 'kubernetes.io/hostname': name, ...Object.fromEntries(configured) };
}
