import { ApiObject, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { isNetworkDriver } from '../power';
import { NutConfig } from './config';
import { addExporter, NutAlerts } from './metrics';
import type { NutModel } from './model';
import { NutPrimary, NutSecondary } from './pods';

export interface NutProps {
  /** UPSes, nodes and timing. */
  readonly model: NutModel;
  /** Nodes that no UPS feeds, by name. @default - none */
  readonly unfedNodes?: readonly string[];
  /** Name of the Secret with the passwords. @default 'nut-users' */
  readonly secretName?: string;
  /** Name of the Secret with the certificates, if the model has TLS. @default - none */
  readonly tlsSecretName?: string;
  /** Directory of the host that killpowerd watches. @default '/run/killpower' */
  readonly killpowerPath?: string;
  /** USB bus directory of the host. @default '/dev/bus/usb' */
  readonly usbBusPath?: string;
  /** Run the secondaries privileged. @default false */
  readonly privilegedSecondary?: boolean;
  /** Adds nut_exporter to the primaries; `prometheusRules` adds objects of the Prometheus operator. @default - neither */
  readonly metrics?: { readonly image?: string; readonly prometheusRules?: boolean };
  /** Image of both roles. @default - NUT_IMAGE */
  readonly image?: string;
}

/**
 * Network UPS Tools for a cluster: configuration, primaries, secondaries, and a Service for other clients. Put it into a chart whose
 * namespace allows privileged pods, `nut` by convention.
 *
 * @throws Error if only one of model.tls and tlsSecretName is given
 */
export class Nut extends Construct {
  constructor(scope: Construct, id: string, props: NutProps) {
    super(scope, id);
    const { model, killpowerPath, image } = props;
    if (model.tls !== (props.tlsSecretName !== undefined)) {
      throw new Error('model.tls and tlsSecretName belong together; give both or neither');
    }
    const shared = {
      config: new NutConfig(this, 'Config', model),
      secret: kplus.Secret.fromSecretName(this, 'Users', props.secretName ?? 'nut-users'),
      tlsSecret:
        props.tlsSecretName === undefined
          ? undefined
          : kplus.Secret.fromSecretName(this, 'Certificates', props.tlsSecretName),
      killpowerPath,
      image,
    };

    // a network driver needs no devices, so its node gets an unprivileged DaemonSet
    const withDevices = nodesOf(model, (driver) => !isNetworkDriver(driver));
    const overNetwork = nodesOf(model, isNetworkDriver).filter((node) => !withDevices.includes(node));
    const primaries: NutPrimary[] = [];
    if (withDevices.length > 0) {
      const nodes = { except: overNetwork };
      primaries.push(new NutPrimary(this, 'Primary', { ...shared, nodes, usbBusPath: props.usbBusPath }));
    }
    if (overNetwork.length > 0) {
      const name = withDevices.length > 0 ? 'nut-primary-network' : 'nut-primary';
      const nodes = withDevices.length > 0 ? { only: overNetwork } : {};
      primaries.push(new NutPrimary(this, 'NetworkPrimary', { ...shared, name, nodes, devices: false }));
    }
    new NutSecondary(this, 'Secondary', {
      ...shared,
      privileged: props.privilegedSecondary,
      unfedNodes: props.unfedNodes,
    });
    if (model.cabled.length > 0) this.addService(model.port);
    if (props.metrics) for (const primary of primaries) addExporter(primary, model, props.metrics.image);
    if (props.metrics?.prometheusRules) new NutAlerts(this, 'Alerts', model);
  }

  /** Publishes upsd even if preflight makes the pod not ready. */
  private addService(port: number): void {
    const service = new kplus.Service(this, 'Service', {
      metadata: { name: 'nut-upsd' },
      ports: [{ name: 'nut', port: 3493, targetPort: port, protocol: kplus.Protocol.TCP }],
    });
    service.selectLabel('app.kubernetes.io/component', 'primary');
    ApiObject.of(service).addJsonPatch(JsonPatch.add('/spec/publishNotReadyAddresses', true));
  }
}

const nodesOf = (model: NutModel, driver: (name: string) => boolean): string[] => [
  ...new Set(model.cabled.filter((ups) => driver(ups.driver)).map(({ node }) => node)),
];
