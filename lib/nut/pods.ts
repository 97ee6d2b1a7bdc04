import { Duration, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { type HostContainerProps, HostDaemonSet, hostContainer, NET_RAW } from '../kube';
import { clientPasswordKey, type DriverAccess } from '../power';
import { NUT_IMAGE } from '../releases';
import { driverPasswordKeys } from './conf';
import { type NutConfig, PATHS } from './config';
import { serverPasswordKey } from './files';

/** Label of a node with a UPS cable; its value is the name of the UPS. */
export const UPS_DEVICE_LABEL = 'ups-device';
export const HOST_NAME_LABEL = 'kubernetes.io/hostname';

export interface NutPodsProps {
  readonly config: NutConfig;
  /** Secret with the passwords: `primary`, `secondary`, `client-<name>` for a host outside the cluster, and `server-<ups>` for a UPS that one serves. */
  readonly secret: kplus.ISecret;
  /** Secret with `tls.crt`, `tls.key` and `ca.crt`, if the model has TLS. @default - none */
  readonly tlsSecret?: kplus.ISecret;
  /** Directory of the host that killpowerd watches. @default '/run/killpower' */
  readonly killpowerPath?: string;
  /** Full image reference. @default - NUT_IMAGE */
  readonly image?: string;
}

export interface NutPrimaryProps extends NutPodsProps {
  /** Name of the DaemonSet. @default 'nut-primary' */
  readonly name?: string;
  /** Limits the nodes with the label `ups-device`. @default - all of them */
  readonly nodes?: { readonly only?: readonly string[]; readonly except?: readonly string[] };
  /** What the drivers need of the node: with `network` their container is unprivileged; only `usb` mounts the bus. @default 'usb' */
  readonly access?: DriverAccess;
  /** USB bus directory of the host, mounted whole because a replugged device gets a new node. @default '/dev/bus/usb' */
  readonly usbBusPath?: string;
}

export interface NutSecondaryProps extends NutPodsProps {
  /** Whether the container is privileged, which nothing requires. @default false */
  readonly privileged?: boolean;
  /** Nodes that no UPS feeds, by name; they get no secondary. @default - none */
  readonly unfedNodes?: readonly string[];
}

/**
 * NUT's primary on every node with the label `ups-device`: drivers, upsd, the primary upsmon, and the agent and second monitor of every
 * node. Each of the last three can commit the node and command the UPS.
 */
export class NutPrimary extends Construct {
  readonly daemonSet: HostDaemonSet;

  constructor(scope: Construct, id: string, props: NutPrimaryProps) {
    super(scope, id);
    const { access = 'usb' } = props;
    const devices = access !== 'network';
    const { only = [], except = [] } = props.nodes ?? {};
    const nodes = kplus.Node.labeled(
      kplus.NodeLabelQuery.exists(UPS_DEVICE_LABEL),
      ...(only.length > 0 ? [kplus.NodeLabelQuery.in(HOST_NAME_LABEL, [...only])] : []),
      ...(except.length > 0 ? [kplus.NodeLabelQuery.notIn(HOST_NAME_LABEL, [...except])] : []),
    );
    const pods = new NutPods(this, props.name ?? 'nut-primary', props, nodes, ['primary', 'secondary']);
    this.daemonSet = pods.daemonSet;

    const upsd = pods.add('upsd', 'upsd.sh', {
      privileged: devices,
      // upsd and the drivers call setuid, even to the same user
      capabilities: devices ? [] : (['SETUID', 'SETGID'] as string[] as kplus.Capability[]),
      ports: [{ name: 'nut', number: props.config.model.port }],
      cpuMillis: 10,
      memoryMebibytes: 16,
      memoryLimitMebibytes: 64,
    });
    if (access === 'usb') {
      const usb = kplus.Volume.fromHostPath(this, 'UsbBus', 'usb-bus', {
        path: props.usbBusPath ?? '/dev/bus/usb',
        type: kplus.HostPathVolumeType.DIRECTORY,
      });
      upsd.mount(PATHS.usb, usb);
    }
    pods.addMonitor('primary');
    pods.addAgent({}, true);
  }
}

/**
 * NUT's secondary on every node without the label `ups-device`: an agent that commits its node at FSD, and a second monitor that does so
 * if the agent fails, or if the node loses contact with upsd on battery.
 */
export class NutSecondary extends Construct {
  readonly daemonSet: HostDaemonSet;

  constructor(scope: Construct, id: string, props: NutSecondaryProps) {
    super(scope, id);
    const unfed = props.unfedNodes ?? [];
    const fed = unfed.length > 0 ? [kplus.NodeLabelQuery.notIn(HOST_NAME_LABEL, [...unfed])] : [];
    const nodes = kplus.Node.labeled(kplus.NodeLabelQuery.doesNotExist(UPS_DEVICE_LABEL), ...fed);
    const pods = new NutPods(this, 'nut-secondary', props, nodes, ['secondary']);
    this.daemonSet = pods.daemonSet;
    pods.addAgent({ privileged: props.privileged }, props.config.model.served.length > 0);
  }
}

export const SMALL = { cpuMillis: 5, memoryMebibytes: 8, memoryLimitMebibytes: 32 } as const;

/** The common parts of both roles: the DaemonSet, the volumes, and the agent with its second monitor. */
class NutPods {
  readonly daemonSet: HostDaemonSet;
  private readonly mounts: ReadonlyMap<string, kplus.Volume>;
  private readonly monitorMounts: ReadonlyMap<string, kplus.Volume>;

  constructor(
    private readonly scope: Construct,
    name: string,
    private readonly props: NutPodsProps,
    nodes: kplus.LabeledNode,
    passwords: readonly string[],
  ) {
    const { config } = props;
    this.daemonSet = new HostDaemonSet(scope, 'DaemonSet', {
      name,
      image: props.image ?? NUT_IMAGE,
      labels: {
        'app.kubernetes.io/part-of': 'nut',
        'app.kubernetes.io/component': passwords.includes('primary') ? 'primary' : 'secondary',
      },
      nodes: [nodes],
      configuration: config.files,
      // a new configuration reaches every node, even if preflight fails on the first
      maxUnavailable: '100%',
      terminationGracePeriod: Duration.seconds(10),
    });
    const { served, cabled } = config.model;
    const ofUpsd = cabled.flatMap((ups) => [
      ...driverPasswordKeys(ups),
      ...(ups.clients ?? []).map(({ name }) => clientPasswordKey(name)),
    ]);
    const keys = [
      ...passwords,
      ...served.map((ups) => serverPasswordKey(ups.name)),
      ...(passwords.includes('primary') ? ofUpsd : []),
    ];
    const volumes = config.volumes(scope);
    this.mounts = new Map([
      [PATHS.config, volumes.config],
      [PATHS.scripts, volumes.scripts],
      [PATHS.secret, secretVolume(scope, 'Secret', 'secret', props.secret, keys)],
    ]);
    this.monitorMounts = new Map([[PATHS.killpower, this.killpower()], ...this.systemBus()]);
  }

  /** A container that runs a script, with the common volumes, its own /etc/nut and its own state directory. */
  add(name: string, script: string, props: Omit<HostContainerProps, 'name' | 'image' | 'command'>): kplus.Container {
    const container = this.daemonSet.addContainer(
      hostContainer({
        ...props,
        name,
        image: this.props.image ?? NUT_IMAGE,
        command: [`${PATHS.scripts}/${script}`],
        env: {
          ...scriptEnvironment(name),
          // the compiled-in paths of PID files differ between distributions
          NUT_STATEPATH: kplus.EnvValue.fromValue(PATHS.state),
          NUT_ALTPIDPATH: kplus.EnvValue.fromValue(PATHS.state),
          NUT_PIDPATH: kplus.EnvValue.fromValue(PATHS.state),
          ...props.env,
        },
      }),
    );
    for (const [path, volume] of this.mounts) container.mount(path, volume);
    for (const [path, volume] of this.tls(name)) container.mount(path, volume);
    container.mount(PATHS.etc, memoryVolume(this.scope, `Etc-${name}`, `etc-${name}`));
    container.mount(PATHS.state, memoryVolume(this.scope, `State-${name}`, `state-${name}`));
    return container;
  }

  /** A container with an upsmon, which may commit the node. */
  addMonitor(role: 'primary' | 'agent', props: Partial<HostContainerProps> = {}): void {
    this.addCommitter(role, 'upsmon.sh', { ...props, env: { ROLE: kplus.EnvValue.fromValue(role) } });
  }

  /** The two containers that run on every node. The second one may wake other nodes. */
  addAgent(props: Partial<HostContainerProps>, wakes: boolean): void {
    this.addMonitor('agent', props);
    this.addCommitter('second', 'second.sh', {
      ...props,
      // for the raw socket of ether-wake
      capabilities: wakes ? [NET_RAW] : [],
      // the result of preflight; it restarts nothing, and the Service ignores it
      readiness: kplus.Probe.fromCommand([`${PATHS.scripts}/ready.sh`], { periodSeconds: Duration.seconds(10) }),
    });
  }

  private addCommitter(name: string, script: string, props: Partial<HostContainerProps>): void {
    const container = this.add(name, script, { ...SMALL, ...props });
    for (const [path, volume] of this.monitorMounts) container.mount(path, volume);
  }

  private killpower(): kplus.Volume {
    return kplus.Volume.fromHostPath(this.scope, 'Killpower', 'killpower', {
      path: this.props.killpowerPath ?? '/run/killpower',
      type: kplus.HostPathVolumeType.DIRECTORY_OR_CREATE,
    });
  }

  /** The directory of the D-Bus socket, because a restart of the bus replaces the socket. */
  private systemBus(): [string, kplus.Volume][] {
    if (this.props.config.model.actuator !== 'logind') return [];
    const path = '/run/dbus';
    const type = kplus.HostPathVolumeType.DIRECTORY;
    return [[path, kplus.Volume.fromHostPath(this.scope, 'SystemBus', 'system-bus', { path, type })]];
  }

  /** Certificate and key for upsd, the certificate authority for others. */
  private tls(container: string): [string, kplus.Volume][] {
    const { tlsSecret } = this.props;
    if (!tlsSecret) return [];
    const server = container === 'upsd';
    const keys = server ? ['tls.crt', 'tls.key', 'ca.crt'] : ['ca.crt'];
    const name = server ? 'tls-server' : 'tls-trust';
    const existing = this.scope.node.tryFindChild(name);
    const volume = existing ? (existing as kplus.Volume) : secretVolume(this.scope, name, name, tlsSecret, keys);
    return [[PATHS.tls, volume]];
  }
}

/** What common.sh needs. */
export const scriptEnvironment = (container: string) => ({
  NODE_NAME: kplus.EnvValue.fromFieldRef(kplus.EnvFieldPaths.NODE_NAME),
  CONTAINER: kplus.EnvValue.fromValue(container),
});

/** @param optional whether the pod starts without a key that the Secret lacks */
export const secretVolume = (
  scope: Construct,
  id: string,
  name: string,
  secret: kplus.ISecret,
  keys: readonly string[],
  optional?: boolean,
) =>
  kplus.Volume.fromSecret(scope, id, secret, {
    name,
    optional,
    defaultMode: 0o400,
    items: Object.fromEntries(keys.map((key) => [key, { path: key }])),
  });

export const memoryVolume = (scope: Construct, id: string, name: string): kplus.Volume =>
  kplus.Volume.fromEmptyDir(scope, id, name, {
    medium: kplus.EmptyDirMedium.MEMORY,
    sizeLimit: Size.mebibytes(1),
  });
