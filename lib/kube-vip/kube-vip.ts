import { Duration } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { outlastsRetries } from '../cluster';
import { HostDaemonSet, hostContainer, NET_ADMIN, NET_RAW } from '../kube';
import { type Address, parseAddress } from '../network';
import { KUBE_VIP_VERSION } from '../releases';
import { bgpSettings, type KubeVipBgp } from './bgp';
import { type KubeVipEnv, kubeVipEnvTexts } from './env';

const NAME = 'kube-vip';

/** The lease that decides who holds the address. Must satisfy duration > renew > 1.2 x retry, or kube-vip dies at start. */
export interface KubeVipLease {
  /** How long the others wait after the last renewal. @default 15 seconds */
  readonly duration?: Duration;
  /** How long the holder tries to renew before it lets go. @default 10 seconds */
  readonly renewDeadline?: Duration;
  /** Pause between two tries. @default 2 seconds */
  readonly retryPeriod?: Duration;
}

export interface KubeVipProps {
  /** The virtual IP, or one for each IP family, first the one that matters. */
  readonly addresses: readonly string[];
  /** Port of the API server, on the virtual IP and on each server. @default 6443 */
  readonly port?: number;
  /** Interface that carries the address. @default - the interface of the default route, for each server by itself */
  readonly interface?: string;
  /** @default - 15, 10 and 2 seconds: an etcd election of 5 to 10 seconds does not cost the address */
  readonly lease?: KubeVipLease;
  /** Pause between two gratuitous ARPs of the holder. kube-vip resets less than 500 ms to 3 s. @default 1 second */
  readonly arpRate?: Duration;
  /** Tell routers where the address is, instead of the network by ARP and NDP. Nobody has run this here. @default - ARP and NDP */
  readonly bgp?: KubeVipBgp;
  /** Full image reference. @default - ghcr.io/kube-vip/kube-vip at KUBE_VIP_VERSION */
  readonly image?: string;
  /** Further settings, or other values for those above, by the names of kube-vip's environment variables. @default - none */
  readonly env?: KubeVipEnv;
}

/**
 * kube-vip for the control plane: the API server's virtual IP moves to a server whose own API server answers.
 *
 * - It reaches the API over loopback (KUBERNETES_SERVICE_HOST), not over the service address, which any living API server
 *   answers. So a holder whose own API server is dead cannot renew and lets go; https://github.com/kube-vip/kube-vip/issues/260.
 *   This is the one setting not yet seen on a real k3s.
 * - It leaves services alone (svc_enable false): next to MetalLB both would claim the same addresses.
 * - Its rights are three verbs on leases in its own namespace; ARP mode needs no more.
 *
 * Put it into a chart with namespace kube-system.
 */
export class KubeVip extends Construct {
  readonly daemonSet: HostDaemonSet;

  constructor(scope: Construct, id: string, props: KubeVipProps) {
    super(scope, id);
    const image = props.image ?? `ghcr.io/kube-vip/kube-vip:${KUBE_VIP_VERSION}`;
    const serviceAccount = new kplus.ServiceAccount(this, 'ServiceAccount', { metadata: { name: NAME } });
    const role = new kplus.Role(this, 'Role', { metadata: { name: NAME } });
    role.allow(['get', 'create', 'update'], kplus.ApiResource.LEASES);
    new kplus.RoleBinding(this, 'RoleBinding', { metadata: { name: NAME }, role }).addSubjects(serviceAccount);

    this.daemonSet = new HostDaemonSet(this, 'DaemonSet', {
      name: NAME,
      image,
      nodes: [kplus.Node.labeled(kplus.NodeLabelQuery.exists('node-role.kubernetes.io/control-plane'))],
      serviceAccount,
    });
    this.daemonSet.addContainer(
      hostContainer({
        name: NAME,
        image,
        args: ['manager'],
        env: {
          vip_nodename: kplus.EnvValue.fromFieldRef(kplus.EnvFieldPaths.NODE_NAME),
          ...asValues(kubeVipEnvTexts(settings(props))),
          ...(props.bgp && { bgp_routerid: kplus.EnvValue.fromFieldRef(kplus.EnvFieldPaths.POD_IP) }),
          KUBERNETES_SERVICE_HOST: kplus.EnvValue.fromValue('127.0.0.1'),
          KUBERNETES_SERVICE_PORT: kplus.EnvValue.fromValue(String(props.port ?? 6443)),
        },
        capabilities: [NET_ADMIN, NET_RAW],
        cpuMillis: 10,
        memoryMebibytes: 32,
        memoryLimitMebibytes: 128,
      }),
    );
  }
}

const asValues = (texts: Readonly<Record<string, string>>): Record<string, kplus.EnvValue> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, kplus.EnvValue.fromValue(text)]));

/** What kube-vip is told. Throws an Error for an address, lease, ARP rate or setting that it would not work with. */
function settings(props: KubeVipProps): KubeVipEnv {
  const addresses = props.addresses.map(parseAddress);
  if (addresses.length === 0) throw new Error('kube-vip has no address; give the virtual IP in addresses');
  const arpRate = props.arpRate ?? Duration.seconds(1);
  if (arpRate.toMilliseconds() < 500) {
    throw new Error(
      `arpRate ${arpRate.toMilliseconds()} ms is below 500 ms, which kube-vip takes for 3000; give at least 500 ms`,
    );
  }
  refuseHarmful(props);
  return {
    ...(props.bgp ? bgpSettings(props.bgp) : { vip_arp: true }),
    port: props.port ?? 6443,
    // what is announced by BGP belongs to no network, so to no interface either
    vip_interface: props.bgp ? 'lo' : props.interface,
    vip_subnet: addresses.map(hostPrefix).join(','),
    cp_enable: true,
    cp_namespace: 'kube-system',
    svc_enable: false,
    vip_leaderelection: true,
    vip_leasename: 'plndr-cp-lock',
    ...leaseSettings(props.lease ?? {}),
    ...(props.bgp ? {} : { vip_arpRate: arpRate.toMilliseconds() }),
    address: addresses.map(({ text }) => text).join(','),
    // it would listen on every address of the machine otherwise
    prometheus_server: '127.0.0.1:2112',
    ...props.env,
  };
}

/** Interfaces that are made of others, by the names that Linux and its tools give them. */
const COMPOSED = /^(bond|br|vlan|team)|\./;

/** Throws an Error for settings of the escape hatch that are known to take the address away. */
function refuseHarmful({ env = {}, interface: name }: KubeVipProps): void {
  if (env.svc_enable) {
    throw new Error(
      'svc_enable makes kube-vip take the addresses that MetalLB or servicelb gave out (https://github.com/kube-vip/kube-vip/issues/836); leave it out',
    );
  }
  if (env.lb_enable) {
    throw new Error(
      'lb_enable needs IPVS and is not restored after a handover (https://github.com/kube-vip/kube-vip/issues/875); leave it out: every server serves the API itself',
    );
  }
  if (env.vip_loseleadership && name !== undefined && COMPOSED.test(name)) {
    throw new Error(`vip_loseleadership ends kube-vip on "${name}", which is no physical interface; leave it out`);
  }
}

const hostPrefix = ({ family }: Address): string => (family === 4 ? '32' : '128');

function leaseSettings(lease: KubeVipLease): KubeVipEnv {
  const [duration, renew, retry] = [
    lease.duration ?? Duration.seconds(15),
    lease.renewDeadline ?? Duration.seconds(10),
    lease.retryPeriod ?? Duration.seconds(2),
  ].map((value) => value.toSeconds()) as [number, number, number];
  if (duration <= renew || !outlastsRetries(renew, retry)) {
    throw new Error(
      `a lease of duration ${duration} s, renewDeadline ${renew} s and retryPeriod ${retry} s ends kube-vip at start; it needs duration > renewDeadline > 1.2 x retryPeriod, such as 15, 10 and 2`,
    );
  }
  return { vip_leaseduration: duration, vip_renewdeadline: renew, vip_retryperiod: retry };
}
