import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A machine as cluster.yaml and its own files in hosts/ describe it. */
export interface SiteNode {
  readonly name: string;
  readonly addresses: readonly [string, ...string[]];
  readonly role: 'server' | 'agent';
  /** Labels it registers with. */
  readonly labels: readonly string[];
}

interface ClusterFile {
  readonly network: { readonly subnet: string | readonly string[] };
  readonly nodes: readonly {
    readonly name: string;
    readonly address: string | readonly string[];
    readonly role: 'server' | 'agent';
  }[];
}

interface K3sConfig {
  readonly 'tls-san'?: readonly string[];
  readonly 'cluster-cidr'?: string;
  readonly 'service-cidr'?: string;
  readonly 'node-label+'?: readonly string[];
  readonly [key: `${string}-arg`]: readonly string[] | undefined;
}

/** A site as users have it: cluster.yaml and what `npm run synth` wrote for it. Nothing else of the project is read. */
export class Site {
  readonly nodes: readonly SiteNode[];
  private readonly cluster: ClusterFile;
  private readonly server: K3sConfig;

  /**
   * @param clusterFile cluster.yaml
   * @param dist folder with the Kubernetes objects
   * @param hosts folder with the files for the machines
   */
  constructor(
    readonly clusterFile: string,
    readonly dist: string,
    private readonly hosts: string,
  ) {
    this.cluster = parse(readFileSync(clusterFile, 'utf8')) as ClusterFile;
    this.server = parse(this.hostFile('server/config.yaml')) as K3sConfig;
    this.nodes = this.cluster.nodes.map(({ name, address, role }) => ({
      name,
      role,
      addresses: [address].flat() as [string, ...string[]],
      labels: this.labelsOf(name),
    }));
  }

  /** A file below hosts/. */
  hostFile(path: string): string {
    return readFileSync(join(this.hosts, path), 'utf8');
  }

  /** A file of dist/. */
  distFile(name: string): string {
    return readFileSync(join(this.dist, name), 'utf8');
  }

  get servers(): readonly SiteNode[] {
    return this.nodes.filter(({ role }) => role === 'server');
  }

  /** Names and addresses of the API server beside those of the servers. */
  get apiNames(): readonly string[] {
    return this.server['tls-san'] ?? [];
  }

  get podNetworks(): readonly string[] {
    return (this.server['cluster-cidr'] ?? '10.42.0.0/16').split(',');
  }

  /** That of the first node is 10.42.1.0/24. */
  podNetworkOf(index: number): string {
    const [network = ''] = this.podNetworks;
    return network.replace(/^(\d+\.\d+)\..*$/, `$1.${index + 1}.0/24`);
  }

  get serviceNetworks(): readonly string[] {
    return (this.server['service-cidr'] ?? '10.43.0.0/16').split(',');
  }

  /** What k3s hands on to a program: `etcd`, `kube-apiserver`, `kube-controller-manager`. Without the dashes. */
  argumentsFor(program: string): readonly string[] {
    return this.server[`${program}-arg`] ?? [];
  }

  /** Address .1 of the first network, where the router and the people are. */
  get router(): string {
    const [subnet = ''] = [this.cluster.network.subnet].flat();
    return subnet.replace(/\.\d+\/\d+$/, '.1');
  }

  /** Names of the container images in dist/. */
  get images(): readonly string[] {
    const texts = readdirSync(this.dist).map((name) => this.distFile(name));
    return [...new Set(texts.flatMap((text) => [...text.matchAll(/^ +image: (\S+)$/gm)].map(([, name = '']) => name)))];
  }

  private labelsOf(name: string): readonly string[] {
    const file = join(this.hosts, 'nodes', name, 'k3s.yaml');
    return existsSync(file) ? ((parse(readFileSync(file, 'utf8')) as K3sConfig)['node-label+'] ?? []) : [];
  }
}
