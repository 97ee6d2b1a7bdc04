import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { Station } from '../control-plane/station';
import { Network } from '../network';
import { type Result, SYSTEM_PATH } from '../processes';
import type { Scenario } from '../scenario';
import { ControlPlane } from './control-plane';
import { imageNames } from './images';
import { Logind } from './logind';
import { KubernetesMachine } from './machine';
import { apiAt, NodeAgent } from './node-agent';
import { K3S_DEFINITION } from './objects';
import { Pki } from './pki';
import { program } from './programs';
import type { Site, SiteNode } from './site';

const START_MS = 240_000;
const KUBECTL_MS = 60_000;
const DNS_HOST = 10;

export interface ClusterOptions {
  /** The nodes that there are. @default - all of the site */
  readonly nodes?: readonly SiteNode[];
  /** Names of nodes that are machines, and join later. @default - none */
  readonly later?: readonly string[];
  /** Whether the kubelets can delay a shutdown. @default false */
  readonly logind?: boolean;
  /** Devices of a node that its containers see, by node: path in the container to device here. @default - none */
  readonly devices?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A Kubernetes with the nodes of a site, and a client at the address of the router. Nothing of dist/ is in it yet. */
export class Cluster {
  readonly machines: readonly KubernetesMachine[];
  readonly client: Station;
  readonly controlPlane: ControlPlane;
  /** The server that kubectl asks. @default - the first */
  entry: string;
  /** The kubeconfig of hosts/ with the credentials of this cluster. */
  kubeconfigFile = '';
  private readonly network = new Network();
  private readonly folder: string;
  private readonly pki: Pki;
  private readonly agents = new Map<string, NodeAgent>();
  private readonly logins = new Map<string, Logind>();

  constructor(
    private readonly scenario: Scenario,
    readonly site: Site,
    private readonly options: ClusterOptions = {},
  ) {
    const nodes = options.nodes ?? site.nodes;
    this.folder = scenario.folder('cluster');
    const folder = (name: string) => scenario.folder(`cluster/${name}`);
    this.machines = nodes.map((node) => new KubernetesMachine(node, scenario, folder(node.name)));
    this.client = new Station('client', [site.router], scenario);
    this.pki = new Pki(folder('pki'));
    this.controlPlane = new ControlPlane(site, this.servers, this.pki);
    this.entry = this.servers[0]?.name ?? '';
  }

  get servers(): readonly KubernetesMachine[] {
    return this.machines.filter(({ node }) => node.role === 'server');
  }

  machine(name: string): KubernetesMachine {
    const machine = this.machines.find((one) => one.name === name);
    if (!machine) throw new Error(`the cluster has no machine "${name}"`);
    return machine;
  }

  agent(name: string): NodeAgent {
    const agent = this.agents.get(name);
    if (!agent) throw new Error(`the cluster has no node "${name}"`);
    return agent;
  }

  /** The machines that are nodes. */
  get nodes(): readonly KubernetesMachine[] {
    return this.machines.filter(({ name }) => this.agents.has(name));
  }

  /** Everything up: API servers answer, and every node is ready. */
  async start(): Promise<void> {
    const { site, pki } = this;
    const unknown = site.images.filter((name) => !imageNames().includes(name) && !name.includes('exporter'));
    if (unknown.length > 0) throw new Error(`dist/ uses images that the drill does not make: ${unknown.join(', ')}`);
    await this.network.start();
    await Promise.all([this.client, ...this.machines].map((one) => one.start(this.network)));
    await this.addRoutes();
    await pki.start();
    await this.controlPlane.prepare();
    for (const machine of this.servers) this.controlPlane.startEtcd(machine);
    for (const machine of this.servers) this.controlPlane.startApiServer(machine);
    // the virtual IP is there only when kube-vip is
    const filledIn = pki.fillIn(site.hostFile('kubeconfig.template.yaml'), this.context());
    this.kubeconfigFile = this.file('kubeconfig', filledIn);
    const { later = [] } = this.options;
    for (const { name } of this.machines) if (!later.includes(name)) await this.join(name);
    await this.scenario.wait('the API servers answer', START_MS, async () => {
      const answers = await Promise.all(
        this.servers.map(({ name }) => this.kubectl('--context', this.context(name), 'get', '--raw', '/readyz')),
      );
      return answers.every(({ code }) => code === 0);
    });
    for (const machine of this.servers) {
      this.controlPlane.startControllers(machine);
      this.controlPlane.startScheduler(machine);
    }
    await this.must('create', '-f', this.file('k3s.yaml', stringify(K3S_DEFINITION)));
    await this.scenario.wait('the nodes are ready', START_MS, () => this.nodesReady());
    for (const { name } of this.servers) {
      await this.must('label', 'node', name, 'node-role.kubernetes.io/control-plane=true');
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.stop()));
    await this.client.stop();
    await this.network.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Context of hosts/kubeconfig.template.yaml for one server. */
  context(server = this.entry): string {
    const { contexts } = parse(this.site.hostFile('kubeconfig.template.yaml')) as { contexts: { name: string }[] };
    const name = contexts.map((one) => one.name).find((one) => one.endsWith(`-${server}`));
    if (name === undefined) throw new Error(`hosts/kubeconfig.template.yaml has no context for ${server}`);
    return name;
  }

  /** Runs kubectl at the client, by the server `entry` unless the arguments say otherwise. */
  kubectl(...args: readonly string[]): Promise<Result> {
    const context = args.includes('--context') ? [] : ['--context', this.context()];
    const words = ['--kubeconfig', this.kubeconfigFile, ...context, ...args];
    return this.client.run(program('kubernetes', 'kubectl'), words, KUBECTL_MS);
  }

  /** The same, which has to succeed. Returns its output. */
  async must(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.kubectl(...args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} failed with ${code}: ${stderr.trim()}`);
    return stdout;
  }

  /** Runs a command of package.json at the client: `npm('apply', '--no-wait')`. It finds kubectl and the kubeconfig in its environment. */
  npm(name: string, ...args: readonly string[]): Promise<Result> {
    return this.inFolder(process.cwd(), 'npm', 'run', '--silent', name, '--', ...args);
  }

  /**
   * Runs the lines of a page of the project at the client, in a folder of their own; they stop at the first that fails.
   * @param programs folders of programs that the lines need beside kubectl
   */
  async lines(folder: string, text: string, ...programs: readonly string[]): Promise<void> {
    const script = ['set -e', 'npm() { command npm --prefix "$PROJECT" "$@"; }', text].join('\n');
    const path = ['sh', '-c', `PATH=${[...programs, '$PATH'].join(':')}\n${script}`];
    const { code, stderr } = await this.inFolder(folder, 'env', `PROJECT=${process.cwd()}`, ...path);
    if (code !== 0) throw new Error(`the lines fail with ${code}: ${stderr.trim()}`);
  }

  /** Runs a command at the client in a folder, with kubectl and the kubeconfig in its environment. */
  inFolder(folder: string, ...words: readonly string[]): Promise<Result> {
    const path = [dirname(process.execPath), dirname(program('kubernetes', 'kubectl')), SYSTEM_PATH].join(':');
    // who enters the namespaces of a machine stands at its root
    const environment = [
      `--chdir=${folder}`,
      `PATH=${path}`,
      `KUBECONFIG=${this.kubeconfigFile}`,
      `HOME=${this.scenario.folder('home')}`,
    ];
    return this.client.run('env', [...environment, ...words], 400_000);
  }

  /** Writes a file of this scenario, and returns its path. */
  file(name: string, text: string): string {
    const path = join(this.scenario.folder('files'), name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** The machine that the client sends to for an address of the network; undefined when it knows none. */
  async answering(address: string): Promise<KubernetesMachine | undefined> {
    const mac = await this.client.neighbour(address);
    return this.machines.find((machine) => machine.mac === mac);
  }

  /**
   * Starts the controllers anew, those of this server first, so that they lead.
   * @param last arguments that win over those of the site
   */
  async lead(machine: KubernetesMachine, last: readonly string[] = []): Promise<void> {
    const { scenario, controlPlane, servers } = this;
    for (const server of servers) await server.kill('kube-controller-manager');
    controlPlane.startControllers(machine, last);
    const words = ['get', 'lease', 'kube-controller-manager', '-o', 'jsonpath={.spec.holderIdentity}'];
    const holder = async () => (await this.kubectl('-n', 'kube-system', ...words)).stdout;
    const before = await holder();
    await scenario.wait(`the controllers of ${machine.name} lead`, START_MS, async () => {
      const now = await holder();
      return now !== before && now.startsWith(`${machine.name}_`);
    });
    for (const other of servers) if (other !== machine) controlPlane.startControllers(other, last);
  }

  /** Whether every node is ready, and every pod on them. */
  async allReady(): Promise<boolean> {
    const columns = 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
    const { code, stdout } = await this.kubectl('get', 'pods', '-A', '-l', 'app', '-o', columns);
    return (
      code === 0 &&
      stdout
        .split('\n')
        .filter(Boolean)
        .every((status) => status === 'True') &&
      (await this.nodesReady())
    );
  }

  /** Names of the nodes whose condition Ready is `True`. */
  async readyNodes(): Promise<string[]> {
    const condition = '{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
    const { stdout } = await this.kubectl('get', 'nodes', '-o', `jsonpath=${condition}`);
    return stdout.split('\n').flatMap((line) => (line.endsWith(' True') ? [line.slice(0, -5)] : []));
  }

  /** Whether every node is ready. */
  async nodesReady(): Promise<boolean> {
    return (await this.readyNodes()).length === this.agents.size;
  }

  /** Makes a node of a machine. */
  async join(name: string): Promise<void> {
    const { site, pki, options } = this;
    const machine = this.machine(name);
    const index = this.machines.indexOf(machine);
    const agent = new NodeAgent({
      machine,
      pki,
      api: apiAt(machine.node.role === 'server' ? '127.0.0.1' : (this.servers[0]?.address ?? '')),
      podNetwork: site.podNetworkOf(index),
      podNetworks: site.podNetworks,
      clusterDns: (site.serviceNetworks[0] ?? '').replace(/\.\d+\/\d+$/, `.${DNS_HOST}`),
      kubeletArguments: site.argumentsFor('kubelet'),
      kubeletConfig: site.hostFile(`${machine.node.role}/99-shutdown.conf`),
      devices: options.devices?.[machine.name] ?? {},
    });
    this.agents.set(name, agent);
    if (options.logind) {
      const logind = new Logind(machine, site.hostFile(`${machine.node.role}/99-kubelet.conf`));
      this.logins.set(name, logind);
      await logind.start();
    }
    await agent.start();
  }

  /** Shuts a node down in order: its pods end, then its power is off. */
  async shutDown(name: string): Promise<void> {
    await this.logins.get(name)?.shutDown(this.scenario);
    await this.machine(name).cutPower();
  }

  /** Cuts the power of a node for good, and takes it out of the cluster. */
  async remove(name: string): Promise<void> {
    await this.machine(name).cutPower();
    await this.must('delete', 'node', name);
    this.agents.delete(name);
  }

  /** Flannel's work: every machine knows where the pods of the others are. */
  private async addRoutes(): Promise<void> {
    for (const machine of this.machines) {
      const others = this.machines.flatMap((other, i) =>
        other === machine ? [] : [`${this.site.podNetworkOf(i)} via ${other.address}`],
      );
      machine.routes = [`default via ${this.site.router}`, ...others];
      await machine.addRoutes();
    }
  }
}

/** Starts a cluster, runs the scenario, and takes the cluster away. */
export async function withCluster(
  scenario: Scenario,
  site: Site,
  options: ClusterOptions,
  run: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const cluster = new Cluster(scenario, site, options);
  try {
    const startedAt = performance.now();
    await cluster.start();
    scenario.measure('cluster ready', `${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    await run(cluster);
  } finally {
    await cluster.stop();
  }
}
