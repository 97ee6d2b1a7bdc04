import { isIP } from 'node:net';
import type { KubernetesMachine } from './machine';
import type { Pki } from './pki';
import { program } from './programs';
import type { Site } from './site';

/** As k3s sets it, in milliseconds; arguments of the site come later and win. */
const ETCD_TIMING = ['--heartbeat-interval=500', '--election-timeout=5000'];
export const API_PORT = 6443;
/** Where a machine's own programs reach its API server. */
const LOOPBACK = `https://127.0.0.1:${API_PORT}`;

const withDashes = (words: readonly string[]): string[] => words.map((word) => `--${word}`);
const host = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** Address number `n` of a network in CIDR notation, of either family, for n below 256. */
function addressIn(network: string, n: number): string {
  const [base = ''] = network.split('/');
  return base.includes(':') ? base.replace(/::$/, `::${n.toString(16)}`) : base.replace(/\.\d+$/, `.${n}`);
}

/** The control plane of k3s as programs of their own: on each server etcd, the API server, the controllers and the scheduler. */
export class ControlPlane {
  constructor(
    private readonly site: Site,
    private readonly servers: readonly KubernetesMachine[],
    private readonly pki: Pki,
  ) {}

  /** Makes the certificates of the control plane. Those of the nodes are the nodes' own. */
  async prepare(): Promise<void> {
    const { pki, servers, site } = this;
    const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost', ...site.apiNames];
    const addresses = [...servers.flatMap(({ node }) => node.addresses), '127.0.0.1'];
    const services = site.serviceNetworks.map((network) => addressIn(network, 1));
    await pki.sign('api', '/CN=kube-apiserver', alternativeNames([...names, ...addresses, ...services]));
    await pki.sign('admin', '/O=system:masters/CN=admin');
    await pki.sign('controllers', '/CN=system:kube-controller-manager');
    await pki.sign('scheduler', '/CN=system:kube-scheduler');
    pki.kubeconfig('controllers', 'controllers', LOOPBACK);
    pki.kubeconfig('scheduler', 'scheduler', LOOPBACK);
    pki.kubeconfig('admin', 'admin', LOOPBACK);
  }

  startEtcd(machine: KubernetesMachine): void {
    const peer = (one: KubernetesMachine) => `http://${host(one.address)}:2380`;
    machine.run(
      program('etcd', 'server'),
      ...[`--name=${machine.name}`, `--data-dir=${machine.folder}/etcd`],
      ...[`--listen-peer-urls=${peer(machine)}`, `--initial-advertise-peer-urls=${peer(machine)}`],
      ...['--listen-client-urls=http://127.0.0.1:2379', '--advertise-client-urls=http://127.0.0.1:2379'],
      `--initial-cluster=${this.servers.map((one) => `${one.name}=${peer(one)}`).join(',')}`,
      ...ETCD_TIMING,
      ...withDashes(this.site.argumentsFor('etcd')),
    );
  }

  /** The server with the leader of etcd; undefined during an election. */
  async etcdLeader(): Promise<KubernetesMachine | undefined> {
    const answers = await Promise.all(
      this.servers.map(({ station }) =>
        station.run('curl', ['-s', '--max-time', '1', 'http://127.0.0.1:2379/metrics']),
      ),
    );
    return this.servers.find((_, i) => /^etcd_server_is_leader 1$/m.test(answers[i]?.stdout ?? ''));
  }

  /** Hands the leadership of etcd to a server. */
  async moveEtcdLeader(to: KubernetesMachine): Promise<void> {
    const leader = await this.etcdLeader();
    if (leader === to) return;
    const ask = async (server: KubernetesMachine | undefined, path: string, body: object) => {
      const words = ['-sf', '-d', JSON.stringify(body), `http://127.0.0.1:2379/v3/maintenance/${path}`];
      const { code, stdout } = (await server?.station.run('curl', words)) ?? { code: 1, stdout: '' };
      if (code !== 0) throw new Error(`etcd does not answer to ${path}`);
      return JSON.parse(stdout) as { header: { member_id: string } };
    };
    const { header } = await ask(to, 'status', {});
    await ask(leader, 'transfer-leadership', { targetID: header.member_id });
  }

  /** As in k3s it asks the etcd of its own machine. */
  startApiServer(machine: KubernetesMachine): void {
    const { pki, site } = this;
    const file = (name: string) => pki.file(name);
    machine.run(
      program('kubernetes', 'kube-apiserver'),
      ...[`--advertise-address=${machine.address}`, `--secure-port=${API_PORT}`],
      '--etcd-servers=http://127.0.0.1:2379',
      ...[`--client-ca-file=${file('ca.crt')}`, `--cert-dir=${machine.folder}/api`],
      ...[`--tls-cert-file=${file('api.crt')}`, `--tls-private-key-file=${file('api.key')}`],
      ...[`--service-account-key-file=${file('sa.key')}`, `--service-account-signing-key-file=${file('sa.key')}`],
      ...['--service-account-issuer=https://kubernetes.default.svc'],
      `--service-cluster-ip-range=${site.serviceNetworks.join(',')}`,
      ...['--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction', '--allow-privileged=true'],
      ...[`--kubelet-client-certificate=${file('admin.crt')}`, `--kubelet-client-key=${file('admin.key')}`],
      '--kubelet-preferred-address-types=InternalIP',
      ...withDashes(site.argumentsFor('kube-apiserver')),
    );
  }

  /** @param last arguments that win over those of the site */
  startControllers(machine: KubernetesMachine, last: readonly string[] = []): void {
    const { pki, site } = this;
    machine.keep(
      program('kubernetes', 'kube-controller-manager'),
      ...[`--kubeconfig=${pki.file('controllers.kubeconfig')}`, `--cert-dir=${machine.folder}/controllers`],
      ...[`--service-account-private-key-file=${pki.file('sa.key')}`, `--root-ca-file=${pki.file('ca.crt')}`],
      '--use-service-account-credentials=true',
      ...withDashes([...site.argumentsFor('kube-controller-manager'), ...last]),
    );
  }

  startScheduler(machine: KubernetesMachine): void {
    const { pki, site } = this;
    machine.keep(
      program('kubernetes', 'kube-scheduler'),
      ...[`--kubeconfig=${pki.file('scheduler.kubeconfig')}`, `--cert-dir=${machine.folder}/scheduler`],
      ...withDashes(site.argumentsFor('kube-scheduler')),
    );
  }
}

/** Addresses and names as a certificate lists them. */
export const alternativeNames = (names: readonly string[]): string[] =>
  names.map((name) => (isIP(name) > 0 ? `IP:${name}` : `DNS:${name}`));
