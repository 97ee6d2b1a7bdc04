import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { type CabledUps, type FedNode, NutConfig } from './config';
import { NutPrimary, NutSecondary } from './pods';

export interface NutProps {
  /** The UPSes and the nodes their cables go to. */
  readonly upses: readonly CabledUps[];
  /** The nodes and the UPS that feeds each. */
  readonly fedNodes: readonly FedNode[];
  /** Nodes that no UPS feeds, by name. @default - none */
  readonly unfedNodes?: readonly string[];
  /** Name of the Secret with the passwords, keys `primary` and `secondary`. @default 'nut-users' */
  readonly secretName?: string;
  /** Port of upsd. @default 3493 */
  readonly port?: number;
  /** Directory of each machine for the power-off flag. @default '/run/killpower' */
  readonly killpowerPath?: string;
  /** Where a machine has its USB bus. @default '/dev/bus/usb' */
  readonly usbBusPath?: string;
  /** Run the secondaries privileged. @default false */
  readonly privilegedSecondary?: boolean;
  /** Full image reference for both roles. @default - instantlinux/nut-upsd at the version this project knows */
  readonly image?: string;
}

/**
 * Network UPS Tools for a cluster: configuration, primary, secondary, and a Service for whoever else wants to read the UPS.
 * Put it into a chart whose namespace allows privileged pods, `nut` by convention.
 */
export class Nut extends Construct {
  constructor(scope: Construct, id: string, props: NutProps) {
    super(scope, id);
    const config = new NutConfig(this, 'Config', props);
    const secret = kplus.Secret.fromSecretName(this, 'Users', props.secretName ?? 'nut-users');
    const { killpowerPath, image } = props;

    const primary = new NutPrimary(this, 'Primary', {
      config,
      secret,
      killpowerPath,
      image,
      usbBusPath: props.usbBusPath,
    });
    new NutSecondary(this, 'Secondary', {
      config,
      secret,
      killpowerPath,
      image,
      privileged: props.privilegedSecondary,
      unfedNodes: props.unfedNodes,
    });

    const service = new kplus.Service(this, 'Service', {
      metadata: { name: 'nut-upsd' },
      ports: [{ name: 'nut', port: 3493, targetPort: config.port, protocol: kplus.Protocol.TCP }],
    });
    for (const [name, value] of Object.entries(primary.daemonSet.matchLabels)) service.selectLabel(name, value);
  }
}
