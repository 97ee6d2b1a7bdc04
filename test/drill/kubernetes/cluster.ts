import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { Station } from '../control-plane/station';
import { Network } from '../network';
import { type Result, SYSTEM_PATH } from '../processes';
import type { Scenario } from '../scenario';
import { ControlPlane } from './control-plane';
import { imageNames } from './images';
import { KubernetesMachine } from './machine';
import { apiAt, NodeAgent } from './node-agent';
import { Pki } from './pki';
import { program } from './programs';
import type { Site, SiteNode } from './site';

const START_MS = 240_000;
const KUBECTL_MS = 60_000;
const DNS_HOST = 10;
/** The one kind of dist/ that k3s brings itself; any HelmChartConfig is taken. */
const K3S_DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'helmchartconfigs.helm.cattle.io' },
  spec: {
    group: 'helm.cattle.io',
    scope: 'Namespaced',
    names: { kind: 'HelmChartConfig', plural: 'helmchartconfigs', singular: 'helmchartconfig' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

export interface ClusterOptions {
  /** The nodes that there are. @default - all of the site */
  readonly nodes?: readonly SiteNode[];
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

  /** Everything up: API servers answer, and every node is ready. */
  async start(): Promise<void> {
    const unknown = this.site.images.filter((name) => !imageNames().includes(name) && !name.includes('exporter'));
    if (unknown.length > 0) throw new Error(`dist/ uses images that the drill does not make: ${unknown.join(', ')}`);
    await this.network.start();
    await Promise.all([this.client, ...this.machines].map((one) => one.start(this.network)));
    await this.addRoutes();
    await this.pki.start();
    await this.controlPlane.prepare();
    for (const machine of this.servers) this.controlPlane.startEtcd(machine);
    for (const machine of this.servers) this.controlPlane.startApiServer(machine);
    this.writeKubeconfig();
    for (const [i, machine] of this.machines.entries()) await this.startNode(machine, i);
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
    const path = [dirname(process.execPath), dirname(program('kubernetes', 'kubectl')), SYSTEM_PATH].join(':');
    // who enters the namespaces of a machine stands at its root
    const environment = [
      `--chdir=${process.cwd()}`,
      `PATH=${path}`,
      `KUBECONFIG=${this.kubeconfigFile}`,
      `HOME=${this.scenario.folder('home')}`,
    ];
    return this.client.run('env', [...environment, 'npm', 'run', '--silent', name, '--', ...args], 400_000);
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

  /** Makes the controllers of this server lead those of the others. */
  async lead(machine: KubernetesMachine): Promise<void> {
    const { scenario, controlPlane } = this;
    const others = this.servers.filter((one) => one !== machine);
    for (const other of others) await other.kill('kube-controller-manager');
    await scenario.wait(`the controllers of ${machine.name} lead`, START_MS, async () => {
      const words = [
        '-n',
        'kube-system',
        'get',
        'lease',
        'kube-controller-manager',
        '-o',
        'jsonpath={.spec.holderIdentity}',
      ];
      return (await this.kubectl(...words)).stdout.startsWith(`${machine.name}_`);
    });
    for (const other of others) controlPlane.startControllers(other);
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

  private async nodesReady(): Promise<boolean> {
    return (await this.readyNodes()).length === this.machines.length;
  }

  private async startNode(machine: KubernetesMachine, index: number): Promise<void> {
    const { site, pki, options } = this;
    const agent = new NodeAgent({
      machine,
      pki,
      api: apiAt(machine.node.role === 'server' ? '127.0.0.1' : (this.servers[0]?.address ?? '')),
      podNetwork: podNetworkOf(site, index),
      podNetworks: site.podNetworks,
      clusterDns: (site.serviceNetworks[0] ?? '').replace(/\.\d+\/\d+$/, `.${DNS_HOST}`),
      kubeletArguments: site.argumentsFor('kubelet'),
      devices: options.devices?.[machine.name] ?? {},
    });
    this.agents.set(machine.name, agent);
    await agent.start();
  }

  /** Flannel's work: every machine knows where the pods of the others are. */
  private async addRoutes(): Promise<void> {
    for (const machine of this.machines) {
      const others = this.machines.flatMap((other, i) =>
        other === machine ? [] : [`${podNetworkOf(this.site, i)} via ${other.address}`],
      );
      machine.routes = [`default via ${this.site.router}`, ...others];
      await machine.addRoutes();
    }
  }

  /** The kubeconfig of hosts/ with the credentials filled in. */
  private writeKubeconfig(): void {
    const config = parse(this.site.hostFile('kubeconfig.template.yaml')) as {
      clusters: { cluster: object }[];
      users: { user: object }[];
      'current-context': string;
    };
    // the virtual IP is there only when kube-vip is
    config['current-context'] = this.context();
    for (const one of config.clusters) {
      one.cluster = { ...one.cluster, 'certificate-authority-data': this.pki.base64('ca.crt') };
    }
    for (const one of config.users) one.user = this.pki.credentials('admin');
    this.kubeconfigFile = this.file('kubeconfig', stringify(config));
  }
}

/** 10.42.1.0/24 for the first node. */
const podNetworkOf = ({ podNetworks: [network = ''] }: Site, index: number): string =>
  network.replace(/^(\d+\.\d+)\..*$/, `$1.${index + 1}.0/24`);

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
