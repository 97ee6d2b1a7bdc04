import { Duration, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { type HostContainerProps, HostDaemonSet, hostContainer } from '../kube';
import type { DriverAccess } from '../power';
import { NUT_IMAGE } from '../releases';
import { driverPasswordKeys } from './conf';
import { type NutConfig, PATHS } from './config';
import { serverPasswordKey } from './files';

/** Label of the node that a UPS cable goes to; its value is the name of the UPS. */
export const UPS_DEVICE_LABEL = 'ups-device';
const HOST_NAME_LABEL = 'kubernetes.io/hostname';

interface NutPodsProps {
  readonly config: NutConfig;
  /** Secret with the passwords: keys `primary` and `secondary`, and `server-<ups>` for a UPS that a machine outside serves. */
  readonly secret: kplus.ISecret;
  /** Secret with `tls.crt`, `tls.key` and `ca.crt`, when the model says TLS. @default - none */
  readonly tlsSecret?: kplus.ISecret;
  /** Directory of the machine that killpowerd watches. @default '/run/killpower' */
  readonly killpowerPath?: string;
  /** Full image reference. @default - instantlinux/nut-upsd at the version this project knows */
  readonly image?: string;
}

export interface NutPrimaryProps extends NutPodsProps {
  /** Name of the DaemonSet. @default 'nut-primary' */
  readonly name?: string;
  /** Only on these nodes, or on all but these, besides the label `ups-device`. @default - every node with the label */
  readonly nodes?: { readonly only?: readonly string[]; readonly except?: readonly string[] };
  /** What the drivers need of the node. With `network` their container is unprivileged, and only `usb` mounts the bus. @default 'usb' */
  readonly access?: DriverAccess;
  /** Where the machine has its USB bus. Mounted as a directory, because a device gets a new node each time it is plugged in. @default '/dev/bus/usb' */
  readonly usbBusPath?: string;
}

export interface NutSecondaryProps extends NutPodsProps {
  /** All rights on the machine. Nothing needs them. @default false */
  readonly privileged?: boolean;
  /** Nodes that no UPS feeds, by name: no secondary runs there. @default - none */
  readonly unfedNodes?: readonly string[];
}

/**
 * NUT's primary, once called master, on every node with the label `ups-device`: drivers and upsd, the upsmon that decides, and the
 * same agent and second opinion that run on all other nodes. Any of the last three commits the machine and commands the UPS.
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
      // upsd and the drivers change their user, to the one they have
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
    pods.addAgent({});
  }
}

/**
 * NUT's secondary, once called slave, on every node without the label `ups-device`: an agent that commits its machine when the
 * shutdown is declared, and a second opinion that does so when the agent does not, or when nobody is heard of on battery.
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
    pods.addAgent({ privileged: props.privileged });
  }
}

const SMALL = { cpuMillis: 5, memoryMebibytes: 8, memoryLimitMebibytes: 32 } as const;

/** What the pods of both roles share: the DaemonSet, the volumes, and the agent with its second opinion. */
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
      // a new configuration reaches every node, also when preflight finds fault with the first
      maxUnavailable: '100%',
      terminationGracePeriod: Duration.seconds(10),
    });
    const { served, cabled } = config.model;
    const ofDrivers = passwords.includes('primary') ? cabled.flatMap(driverPasswordKeys) : [];
    const keys = [...passwords, ...served.map((ups) => serverPasswordKey(ups.name)), ...ofDrivers];
    this.mounts = new Map([
      [
        PATHS.config,
        kplus.Volume.fromConfigMap(scope, 'ConfigVolume', config.configuration, { name: 'config', defaultMode: 0o444 }),
      ],
      [
        PATHS.scripts,
        kplus.Volume.fromConfigMap(scope, 'ScriptsVolume', config.scripts, { name: 'scripts', defaultMode: 0o555 }),
      ],
      [PATHS.secret, secretVolume(scope, 'Secret', 'secret', props.secret, keys)],
    ]);
    this.monitorMounts = new Map([[PATHS.killpower, this.killpower()], ...this.systemBus()]);
  }

  /** A container that runs one of the scripts, with what all of them read and with /etc/nut and a state directory of its own. */
  add(name: string, script: string, props: Omit<HostContainerProps, 'name' | 'image' | 'command'>): kplus.Container {
    const container = this.daemonSet.addContainer(
      hostContainer({
        ...props,
        name,
        image: this.props.image ?? NUT_IMAGE,
        command: [`${PATHS.scripts}/${script}`],
        env: {
          NODE_NAME: kplus.EnvValue.fromFieldRef(kplus.EnvFieldPaths.NODE_NAME),
          CONTAINER: kplus.EnvValue.fromValue(name),
          // where NUT keeps its PID files is compiled in, and differs between distributions
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

  /** A container with an upsmon, which may commit the machine. */
  addMonitor(role: 'primary' | 'agent', props: Partial<HostContainerProps> = {}): void {
    this.addCommitter(role, 'upsmon.sh', { ...props, env: { ROLE: kplus.EnvValue.fromValue(role) } });
  }

  /** The two containers that run on every node. */
  addAgent(props: Partial<HostContainerProps>): void {
    this.addMonitor('agent', props);
    this.addCommitter('second', 'second.sh', {
      ...props,
      // what preflight found; it ends nothing, and the Service does not care
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

  /** The directory of the D-Bus socket and not the socket, which is another one after a restart of the bus. */
  private systemBus(): [string, kplus.Volume][] {
    if (this.props.config.model.actuator !== 'logind') return [];
    const path = '/run/dbus';
    const type = kplus.HostPathVolumeType.DIRECTORY;
    return [[path, kplus.Volume.fromHostPath(this.scope, 'SystemBus', 'system-bus', { path, type })]];
  }

  /** upsd has certificate and key, everybody else the authority only. */
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

const secretVolume = (scope: Construct, id: string, name: string, secret: kplus.ISecret, keys: readonly string[]) =>
  kplus.Volume.fromSecret(scope, id, secret, {
    name,
    defaultMode: 0o400,
    items: Object.fromEntries(keys.map((key) => [key, { path: key }])),
  });

const memoryVolume = (scope: Construct, id: string, name: string): kplus.Volume =>
  kplus.Volume.fromEmptyDir(scope, id, name, {
    medium: kplus.EmptyDirMedium.MEMORY,
    sizeLimit: Size.mebibytes(1),
  });
