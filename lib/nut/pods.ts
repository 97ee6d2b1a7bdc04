import { Duration, Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { type HostContainerProps, hostContainer } from '../kube/host-container';
import { HostDaemonSet } from '../kube/host-daemon-set';
import { type NutConfig, PATHS } from './config';
import { NUT_IMAGE, NUT_VERSION } from './version';

/** Label of the node that a UPS cable goes to; its value is the name of the UPS. */
export const UPS_DEVICE_LABEL = 'ups-device';

interface NutPodsProps {
  readonly config: NutConfig;
  /** Secret with the keys `primary` and `secondary`, a password each. `npm run secret:nut` prints one. */
  readonly secret: kplus.ISecret;
  /**
   * Directory of the machine in which the power-off flag `killpower` is raised.
   * Something on the machine has to watch it: see hosts/killpower.
   *
   * @default '/run/killpower'
   */
  readonly killpowerPath?: string;
  /** Full image reference. @default - instantlinux/nut-upsd at the version this project knows */
  readonly image?: string;
}

export interface NutPrimaryProps extends NutPodsProps {
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
 * NUT's primary, once called master, on every node with the label `ups-device`: drivers, upsd and the upsmon that declares the
 * shutdown. Only the container with the drivers is privileged, because a USB device node may appear at any time.
 */
export class NutPrimary extends Construct {
  readonly daemonSet: HostDaemonSet;

  constructor(scope: Construct, id: string, props: NutPrimaryProps) {
    super(scope, id);
    const { config } = props;
    const nodes = kplus.Node.labeled(kplus.NodeLabelQuery.exists(UPS_DEVICE_LABEL));
    const pods = new NutPods(this, 'nut-primary', props, nodes, ['primary', 'secondary']);
    this.daemonSet = pods.daemonSet;

    const upsd = pods.add('upsd', {
      privileged: true,
      ports: [{ name: 'nut', number: config.port }],
      cpuMillis: 10,
      memoryMebibytes: 16,
      memoryLimitMebibytes: 64,
    });
    const usb = kplus.Volume.fromHostPath(this, 'UsbBus', 'usb-bus', {
      path: props.usbBusPath ?? '/dev/bus/usb',
      type: kplus.HostPathVolumeType.DIRECTORY,
    });
    upsd.mount(PATHS.usb, usb);

    const upsmon = pods.add('upsmon', {
      env: {
        ROLE: kplus.EnvValue.fromValue('primary'),
        UPSD_PORT: kplus.EnvValue.fromValue(String(config.port)),
      },
      ...SMALL,
    });
    upsmon.mount(PATHS.killpower, pods.killpower);
  }
}

/**
 * NUT's secondary, once called slave, on every node without the label `ups-device`: an upsmon that raises the flag of its machine
 * when the primary declares the shutdown, or when the primary is gone while on battery.
 */
export class NutSecondary extends Construct {
  readonly daemonSet: HostDaemonSet;

  constructor(scope: Construct, id: string, props: NutSecondaryProps) {
    super(scope, id);
    const unfed = props.unfedNodes ?? [];
    const fed = unfed.length > 0 ? [kplus.NodeLabelQuery.notIn('kubernetes.io/hostname', [...unfed])] : [];
    const nodes = kplus.Node.labeled(kplus.NodeLabelQuery.doesNotExist(UPS_DEVICE_LABEL), ...fed);
    const pods = new NutPods(this, 'nut-secondary', props, nodes, ['secondary']);
    this.daemonSet = pods.daemonSet;

    const upsmon = pods.add('upsmon', {
      privileged: props.privileged,
      env: { ROLE: kplus.EnvValue.fromValue('secondary') },
      ...SMALL,
    });
    upsmon.mount(PATHS.killpower, pods.killpower);
  }
}

const SMALL = { cpuMillis: 5, memoryMebibytes: 8, memoryLimitMebibytes: 32 } as const;

/** What the pods of both roles share: the DaemonSet and the volumes. */
class NutPods {
  readonly daemonSet: HostDaemonSet;
  readonly killpower: kplus.Volume;
  private readonly image: string;
  private readonly mounts: Readonly<Record<string, kplus.Volume>>;

  constructor(
    private readonly scope: Construct,
    name: string,
    props: NutPodsProps,
    nodes: kplus.LabeledNode,
    passwords: readonly ('primary' | 'secondary')[],
  ) {
    this.image = props.image ?? NUT_IMAGE;
    this.daemonSet = new HostDaemonSet(scope, 'DaemonSet', {
      name,
      version: NUT_VERSION,
      nodes: [nodes],
      configuration: props.config.files,
      terminationGracePeriod: Duration.seconds(10),
    });
    this.killpower = kplus.Volume.fromHostPath(scope, 'Killpower', 'killpower', {
      path: props.killpowerPath ?? '/run/killpower',
      type: kplus.HostPathVolumeType.DIRECTORY_OR_CREATE,
    });
    this.mounts = {
      [PATHS.config]: kplus.Volume.fromConfigMap(scope, 'ConfigVolume', props.config.configuration, {
        name: 'config',
        defaultMode: 0o444,
      }),
      [PATHS.scripts]: kplus.Volume.fromConfigMap(scope, 'ScriptsVolume', props.config.scripts, {
        name: 'scripts',
        defaultMode: 0o555,
      }),
      [PATHS.secret]: kplus.Volume.fromSecret(scope, 'SecretVolume', props.secret, {
        name: 'secret',
        defaultMode: 0o400,
        items: Object.fromEntries(passwords.map((key) => [key, { path: key }])),
      }),
      [PATHS.state]: memoryVolume(scope, 'State', 'state'),
    };
  }

  /** A container that runs the script of its name, with the shared volumes and an /etc/nut of its own. */
  add(name: 'upsd' | 'upsmon', props: Omit<HostContainerProps, 'name' | 'image' | 'command'>): kplus.Container {
    const container = this.daemonSet.addContainer(
      hostContainer({
        ...props,
        name,
        image: this.image,
        command: [`${PATHS.scripts}/${name}.sh`],
        env: { NODE_NAME: kplus.EnvValue.fromFieldRef(kplus.EnvFieldPaths.NODE_NAME), ...props.env },
      }),
    );
    for (const [path, volume] of Object.entries(this.mounts)) container.mount(path, volume);
    container.mount(PATHS.etc, memoryVolume(this.scope, `Etc-${name}`, `etc-${name}`));
    return container;
  }
}

const memoryVolume = (scope: Construct, id: string, name: string): kplus.Volume =>
  kplus.Volume.fromEmptyDir(scope, id, name, {
    medium: kplus.EmptyDirMedium.MEMORY,
    sizeLimit: Size.mebibytes(1),
  });
