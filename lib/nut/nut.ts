import { ApiObject, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { type DriverAccess, driverAccess } from '../power';
import { NutConfig } from './config';
import { addExporter } from './metrics';
import type { NutModel } from './model';
import { NutNotify } from './notify';
import { NutPrimary, type NutPrimaryProps, NutSecondary } from './pods';

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
  /** Adds nut_exporter to the primaries. @default - no exporter */
  readonly metrics?: { readonly image?: string };
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

    const primaries = primaryGroups(model).map(
      ({ access, name, nodes }) =>
        new NutPrimary(this, `Primary-${access}`, { ...shared, access, name, nodes, usbBusPath: props.usbBusPath }),
    );
    new NutSecondary(this, 'Secondary', {
      ...shared,
      privileged: props.privilegedSecondary,
      unfedNodes: props.unfedNodes,
    });
    if (model.notify) {
      new NutNotify(this, 'Notify', { ...shared, notify: model.notify, unfedNodes: props.unfedNodes });
    }
    if (model.cabled.length > 0) this.addService(model.port);
    if (props.metrics) for (const primary of primaries) addExporter(primary, model, props.metrics.image);
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

/** In the order of what they need of the node: the most first. */
const ACCESSES: readonly DriverAccess[] = ['usb', 'serial', 'network'];

/** Nodes whose drivers need the same of their node. */
type PrimaryGroup = Pick<NutPrimaryProps, 'nodes'> & { readonly access: DriverAccess; readonly name: string };

/**
 * A DaemonSet for each kind of access, so that no pod has a right or a mount that its drivers do not use. The first kind that the site
 * has takes every node with the label but those of the other kinds.
 */
function primaryGroups({ cabled }: NutModel): PrimaryGroup[] {
  const accessOf = (node: string): DriverAccess =>
    ACCESSES.find((access) => cabled.some((ups) => ups.node === node && driverAccess(ups) === access)) ?? 'usb';
  const nodes = [...new Set(cabled.map(({ node }) => node))];
  const [first, ...others] = ACCESSES.filter((access) => nodes.some((node) => accessOf(node) === access));
  if (first === undefined) return [];
  const only = (access: DriverAccess): string[] => nodes.filter((node) => accessOf(node) === access);
  return [
    { access: first, name: 'nut-primary', nodes: { except: others.flatMap(only) } },
    ...others.map((access) => ({ access, name: `nut-primary-${access}`, nodes: { only: only(access) } })),
  ];
}
