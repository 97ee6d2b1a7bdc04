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
const HOST_NAME = 'kubernetes.io/hostname';

/** Lease in kube-system whose owner holds the VIP. */
export const VIP_LEASE = 'plndr-cp-lock';

/** The names of the DaemonSets, and of their pods by `app.kubernetes.io/name`, with so many other interfaces. */
export const kubeVipNames = (others: number): string[] =>
  Array.from({ length: others + 1 }, (_, i) => (i === 0 ? NAME : `${NAME}-${i + 1}`));

/** The lease that elects the holder of the address; kube-vip exits at start unless duration > renewDeadline > 1.2 x retryPeriod. */
export interface KubeVipLease {
  /** How long candidates wait after the last renewal. @default 20 seconds */
  readonly duration?: Duration;
  /** How long the holder tries to renew before it releases the address. @default 15 seconds */
  readonly renewDeadline?: Duration;
  /** Interval of attempts. @default 2 seconds */
  readonly retryPeriod?: Duration;
}

export interface KubeVipProps {
  /** The control-plane VIP, or one per IP family, the primary one first. */
  readonly addresses: readonly string[];
  /** Port of the API server, on the VIP and on each server. @default 6443 */
  readonly port?: number;
  /** Interface of the address. @default - that of each server's default route */
  readonly interface?: string;
  /** Servers with the address on another interface: its name, and the names of the nodes. @default - none */
  readonly otherInterfaces?: Readonly<Record<string, readonly string[]>>;
  /** @default - 20, 15 and 2 seconds: the loss of the etcd leader on another server does not move the address */
  readonly lease?: KubeVipLease;
  /** Interval of the holder's gratuitous ARPs. kube-vip replaces less than 500 ms by 3 s. @default 1 second */
  readonly arpRate?: Duration;
  /** Announce the address by BGP instead of ARP and NDP. Not yet tested on hardware. @default - ARP and NDP */
  readonly bgp?: KubeVipBgp;
  /** Full image reference. @default - ghcr.io/kube-vip/kube-vip at KUBE_VIP_VERSION */
  readonly image?: string;
  /** Other settings and overrides, by kube-vip's environment variables. @default - none */
  readonly env?: KubeVipEnv;
}

/**
 * kube-vip for the control plane: the VIP moves to a server whose own API server answers.
 *
 * - It uses the API over loopback (KUBERNETES_SERVICE_HOST), not over the service address, which any API server answers. A holder
 *   whose own API server fails cannot renew and releases the VIP; https://github.com/kube-vip/kube-vip/issues/260. This setting has
 *   not yet been tested on a real k3s.
 * - It ignores services (svc_enable false), because MetalLB announces their addresses.
 * - It may get, create and update leases in its own namespace; ARP mode needs no more.
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

    const { notIn, in: isIn } = kplus.NodeLabelQuery;
    const others = Object.entries(props.otherInterfaces ?? {});
    const apart = others.flatMap(([, nodes]) => nodes);
    const add = (key: string, name: string, device: string | undefined, where: readonly kplus.NodeLabelQuery[]) =>
      this.addDaemonSet(key, name, { ...props, image, interface: device }, where, serviceAccount);
    this.daemonSet = add('DaemonSet', NAME, props.interface, apart.length > 0 ? [notIn(HOST_NAME, apart)] : []);
    for (const [i, [device, nodes]] of others.entries()) {
      add(`DaemonSet-${device}`, kubeVipNames(others.length)[i + 1] ?? NAME, device, [isIn(HOST_NAME, [...nodes])]);
    }
  }

  /** kube-vip for servers with one interface. All of them compete for one lease. */
  private addDaemonSet(
    id: string,
    name: string,
    props: KubeVipProps & { readonly image: string },
    where: readonly kplus.NodeLabelQuery[],
    serviceAccount: kplus.ServiceAccount,
  ): HostDaemonSet {
    const daemonSet = new HostDaemonSet(this, id, {
      name,
      image: props.image,
      nodes: [kplus.Node.labeled(kplus.NodeLabelQuery.exists('node-role.kubernetes.io/control-plane'), ...where)],
      serviceAccount,
    });
    daemonSet.addContainer(
      hostContainer({
        name: NAME,
        image: props.image,
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
    return daemonSet;
  }
}

const asValues = (texts: Readonly<Record<string, string>>): Record<string, kplus.EnvValue> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, kplus.EnvValue.fromValue(text)]));

/** @throws Error for an address, lease, ARP rate or setting that does not work */
function settings(props: KubeVipProps): KubeVipEnv {
  const addresses = props.addresses.map(parseAddress);
  if (addresses.length === 0) throw new Error('kube-vip has no address; give the control-plane VIP in addresses');
  const arpRate = props.arpRate ?? Duration.seconds(1);
  if (arpRate.toMilliseconds() < 500) {
    throw new Error(
      `arpRate ${arpRate.toMilliseconds()} ms is below 500 ms, which kube-vip replaces by 3000 ms; give at least 500 ms`,
    );
  }
  refuseHarmful(props);
  return {
    ...(props.bgp ? bgpSettings(props.bgp) : { vip_arp: true }),
    port: props.port ?? 6443,
    // with BGP the address belongs to no interface's network
    vip_interface: props.bgp ? 'lo' : props.interface,
    vip_subnet: addresses.map(hostPrefix).join(','),
    cp_enable: true,
    cp_namespace: 'kube-system',
    svc_enable: false,
    vip_leaderelection: true,
    vip_leasename: VIP_LEASE,
    ...leaseSettings(props.lease ?? {}),
    ...(props.bgp ? {} : { vip_arpRate: arpRate.toMilliseconds() }),
    address: addresses.map(({ text }) => text).join(','),
    // the default is every address of the node
    prometheus_server: '127.0.0.1:2112',
    ...props.env,
  };
}

/** Usual names of interfaces that are composed of others. */
const COMPOSED = /^(bond|br|vlan|team)|\./;

/** Throws an Error for overrides in `env` that are known to lose the address. */
function refuseHarmful({ env = {}, interface: name }: KubeVipProps): void {
  if (env.svc_enable) {
    throw new Error(
      'svc_enable makes kube-vip announce the addresses of MetalLB or servicelb (https://github.com/kube-vip/kube-vip/issues/836); remove it',
    );
  }
  if (env.lb_enable) {
    throw new Error(
      'lb_enable needs IPVS and is not restored after a failover (https://github.com/kube-vip/kube-vip/issues/875); remove it, because every server serves the API',
    );
  }
  if (env.vip_loseleadership && name !== undefined && COMPOSED.test(name)) {
    throw new Error(`vip_loseleadership ends kube-vip on "${name}", which is not a physical interface; remove it`);
  }
}

const hostPrefix = ({ family }: Address): string => (family === 4 ? '32' : '128');

function leaseSettings(lease: KubeVipLease): KubeVipEnv {
  const [duration, renew, retry] = [
    lease.duration ?? Duration.seconds(20),
    lease.renewDeadline ?? Duration.seconds(15),
    lease.retryPeriod ?? Duration.seconds(2),
  ].map((value) => value.toSeconds()) as [number, number, number];
  if (duration <= renew || !outlastsRetries(renew, retry)) {
    throw new Error(
      `a lease of duration ${duration} s, renewDeadline ${renew} s and retryPeriod ${retry} s stops kube-vip at start; give duration > renewDeadline > 1.2 x retryPeriod, such as 20, 15 and 2`,
    );
  }
  return { vip_leaseduration: duration, vip_renewdeadline: renew, vip_retryperiod: retry };
}
