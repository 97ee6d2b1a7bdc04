import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { API_PORT, alternativeNames } from './control-plane';
import { imageArchives, PAUSE_IMAGE } from './images';
import type { KubernetesMachine } from './machine';
import type { Pki } from './pki';
import { program } from './programs';

/** Where Debian has the programs of containernetworking-plugins. */
export const CNI_FOLDER = '/usr/lib/cni';
/** On the machine; a path of the drill's own may be longer than the 107 characters that a socket takes. */
const SOCKET = '/run/containerd.sock';
const IMPORT_MS = 120_000;

export interface NodeAgentProps {
  readonly machine: KubernetesMachine;
  readonly pki: Pki;
  /** URL of the API server. */
  readonly api: string;
  /** Pod network of this node, and of all. */
  readonly podNetwork: string;
  readonly podNetworks: readonly string[];
  readonly clusterDns: string;
  /** More arguments of the kubelet, as k3s hands them on. */
  readonly kubeletArguments: readonly string[];
  /** A file of hosts/ that k3s lays beside its own configuration of the kubelet. */
  readonly kubeletConfig: string;
  /** Devices that its containers see: path to device of this machine. */
  readonly devices: Readonly<Record<string, string>>;
}

/** What makes a node of a machine: container runtime, kubelet and proxy. */
export class NodeAgent {
  constructor(private readonly props: NodeAgentProps) {}

  async start(): Promise<void> {
    await this.startRuntime();
    await this.startKubelet();
    this.startProxy();
  }

  /** Starts containerd and gives it the images. */
  async startRuntime(): Promise<void> {
    const { machine, devices } = this.props;
    mkdirSync(join(machine.folder, 'cni'), { recursive: true });
    writeFileSync(join(machine.folder, 'cni', '10-pods.conflist'), this.networkList());
    writeFileSync(join(machine.folder, 'containerd.toml'), this.runtimeConfig());
    if (Object.keys(devices).length > 0) await this.writeBaseSpec();
    this.launchRuntime();
    await machine.shell(`until [ -S ${SOCKET} ]; do sleep 0.1; done`);
    for (const archive of imageArchives()) {
      const words = ['--address', SOCKET, '--namespace', 'k8s.io', 'images', 'import', '--local', archive];
      const { code, stderr } = await machine.station.run(program('containerd', 'ctr'), words, IMPORT_MS);
      if (code !== 0) throw new Error(`${machine.name}: cannot import ${archive}: ${stderr.trim()}`);
    }
  }

  /** Starts containerd, also again. */
  launchRuntime(): void {
    const { machine } = this.props;
    machine.run(program('containerd', 'containerd'), '-c', join(machine.folder, 'containerd.toml'));
  }

  async startKubelet(): Promise<void> {
    const { machine, pki, api } = this.props;
    const { name, node } = machine;
    const title = `node-${name}`;
    await pki.sign(title, `/O=system:nodes/CN=system:node:${name}`, alternativeNames([name, ...node.addresses]));
    pki.kubeconfig(title, title, api);
    writeFileSync(join(machine.folder, 'kubelet.yaml'), stringify(this.kubeletConfig()));
    mkdirSync(join(machine.folder, 'kubelet.conf.d'), { recursive: true });
    writeFileSync(join(machine.folder, 'kubelet.conf.d', '99-shutdown.conf'), this.props.kubeletConfig);
    this.launchKubelet();
  }

  /** Starts the kubelet, also again. */
  launchKubelet(): void {
    const { machine, pki } = this.props;
    machine.run(
      program('kubernetes', 'kubelet'),
      `--config=${join(machine.folder, 'kubelet.yaml')}`,
      `--config-dir=${join(machine.folder, 'kubelet.conf.d')}`,
      `--kubeconfig=${pki.file(`node-${machine.name}.kubeconfig`)}`,
      ...[`--hostname-override=${machine.name}`, `--node-ip=${machine.node.addresses.join(',')}`],
      ...this.props.kubeletArguments.map((word) => `--${word}`),
      ...(machine.node.labels.length > 0 ? [`--node-labels=${machine.node.labels.join(',')}`] : []),
    );
  }

  startProxy(): void {
    const { machine, pki, podNetworks, api } = this.props;
    machine.run(
      program('kubernetes', 'kube-proxy'),
      `--kubeconfig=${pki.kubeconfig(`proxy-${machine.name}`, 'admin', api)}`,
      ...[`--hostname-override=${machine.name}`, `--cluster-cidr=${podNetworks.join(',')}`, '--proxy-mode=iptables'],
      // that setting is one of the whole kernel
      '--conntrack-max-per-core=0',
    );
  }

  private networkList(): string {
    const { podNetwork, machine } = this.props;
    const ipam = {
      type: 'host-local',
      ranges: [[{ subnet: podNetwork }]],
      routes: [{ dst: '0.0.0.0/0' }],
      dataDir: join(machine.folder, 'ipam'),
    };
    const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: false, ipam };
    const portmap = { type: 'portmap', capabilities: { portMappings: true } };
    return JSON.stringify({ cniVersion: '0.4.0', name: 'pods', plugins: [bridge, portmap] });
  }

  private runtimeConfig(): string {
    const { folder, address } = this.props.machine;
    const base = Object.keys(this.props.devices).length > 0 ? `  base_runtime_spec = "${folder}/base.json"\n` : '';
    return `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "${SOCKET}"
[ttrpc]
  address = "${SOCKET}.ttrpc"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "${PAUSE_IMAGE}"
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
  disable_apparmor = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["${CNI_FOLDER}"]
  conf_dir = "${folder}/cni"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
${base}[plugins.'io.containerd.grpc.v1.cri']
  stream_server_address = "${address}"
`;
  }

  /** A cable is a device of the machine; here it is a pseudo-terminal, which a container gets only by a mount. */
  private async writeBaseSpec(): Promise<void> {
    const { machine, devices } = this.props;
    const { stdout } = await machine.station.run(program('containerd', 'ctr'), ['oci', 'spec']);
    const spec = JSON.parse(stdout) as { mounts: object[] };
    const mounts = Object.entries(devices).map(([destination, source]) => ({
      destination,
      source,
      type: 'bind',
      options: ['bind', 'rw'],
    }));
    writeFileSync(join(machine.folder, 'base.json'), JSON.stringify({ ...spec, mounts: [...spec.mounts, ...mounts] }));
  }

  private kubeletConfig(): object {
    const { machine, pki, clusterDns } = this.props;
    const title = `node-${machine.name}`;
    return {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: pki.file('ca.crt') },
      },
      authorization: { mode: 'Webhook' },
      address: machine.address,
      healthzBindAddress: '127.0.0.1',
      tlsCertFile: pki.file(`${title}.crt`),
      tlsPrivateKeyFile: pki.file(`${title}.key`),
      containerRuntimeEndpoint: `unix://${SOCKET}`,
      clusterDomain: 'cluster.local',
      clusterDNS: [clusterDns],
      podLogsDir: '/var/log/pods',
      volumePluginDir: join(machine.folder, 'volume-plugins'),
      // a machine with control groups of version 1 is a machine to drill on too
      failCgroupV1: false,
      cgroupDriver: 'cgroupfs',
      cgroupRoot: machine.controlGroup,
      makeIPTablesUtilChains: false,
      failSwapOn: false,
      oomScoreAdj: 0,
      // the disk that it measures is that of the machine the drill runs on
      evictionHard: { 'memory.available': '100Mi' },
      imageGCHighThresholdPercent: 100,
    };
  }
}

/** URL of the API server at an address. */
export const apiAt = (address: string): string =>
  `https://${address.includes(':') ? `[${address}]` : address}:${API_PORT}`;
