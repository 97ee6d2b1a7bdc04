import { ApiObject, Lazy } from 'cdk8s';
import type * as kplus from 'cdk8s-plus-27';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { isSpreadOverNodes } from '../kube';
import { type Address, parseAddress } from '../network';
import { METALLB } from '../releases';
import { DNS_LABEL, PORT_NAME, SERVICE_NAME } from '../text';
import { checkLoadBalancerClass, checkUnique, checkWhole, Faults } from './checks';
import type { IpAddressPool } from './pool';

/** A port of the Service. */
export interface HaIngressPort {
  /** Name of the port, of lower-case letters, digits and dashes. */
  readonly name: string;
  /** Port of the Service. */
  readonly port: number;
  /** Port of the pods, by number or name. @default - the same number */
  readonly targetPort?: number | string;
  /** @default 'TCP' */
  readonly protocol?: 'TCP' | 'UDP';
}

/** Properties for `HaIngress`. */
export interface HaIngressProps {
  /** Name of the Service. */
  readonly name: string;
  /**
   * The Deployment or DaemonSet behind the Service. Call `spreadAndTolerate` for a Deployment.
   */
  readonly workload: kplus.Deployment | kplus.DaemonSet | k8s.KubeDeployment | k8s.KubeDaemonSet;
  readonly ports: readonly HaIngressPort[];
  /** Pool of its addresses. */
  readonly pool: IpAddressPool;
  /**
   * Addresses of the pool: one, or one per family.
   *
   * @default - assigned by MetalLB
   */
  readonly addresses?: readonly string[];
  /**
   * Services with the same key share an address, with different ports. They need externalTrafficPolicy Cluster, or the same selector.
   *
   * @default - not shared
   */
  readonly shareKey?: string;
  /**
   * Number of nodes whose taints the pods tolerate. A spread Deployment with as many replicas has a pod on each of them.
   *
   * @default - unknown
   */
  readonly schedulableNodes?: number;
  /**
   * `Local` sends traffic only to pods on the node that answers. It preserves the client address and sends nothing to pods of a failed
   * node, even while the API is down. `Cluster` sends traffic to all pods.
   *
   * @default - Local for a DaemonSet and a Deployment with a pod on every schedulable node, else Cluster; see `reason`
   */
  readonly externalTrafficPolicy?: 'Local' | 'Cluster';
  /**
   * Load balancer class of the MetalLB that serves it.
   *
   * @default - none
   */
  readonly loadBalancerClass?: string;
}

/** The fields of a workload's manifest that are read here. */
interface WorkloadManifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: {
      readonly matchLabels?: Readonly<Record<string, string>>;
      readonly matchExpressions?: readonly unknown[];
    };
    readonly template?: { readonly spec?: { readonly nodeSelector?: object; readonly affinity?: k8s.Affinity } };
  };
}

/**
 * A Service of type LoadBalancer whose address stays reachable after a node failure.
 *
 * Sources: https://metallb.io/usage/ and
 * https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/#preserving-the-client-source-ip
 */
export class HaIngress extends Construct {
  /** Name of the Service. */
  readonly name: string;
  private readonly workload: ApiObject;

  /**
   * @throws Error with everything that is wrong: an invalid name, class, port or address, a duplicate port, an address outside the pool,
   * two addresses of one family, a workload whose pods a Service cannot select
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: HaIngressProps,
  ) {
    super(scope, id);
    this.name = props.name;
    this.workload = ApiObject.of(props.workload);
    const { metadata, spec } = this.manifest;
    const selector = spec.selector?.matchLabels ?? {};
    const faults = new Faults();
    faults.check(
      () => checkServiceName(this.label, props.name),
      () => checkWhole(`${this.label}: schedulableNodes`, props.schedulableNodes, 1, 5_000),
      () =>
        props.loadBalancerClass !== undefined &&
        checkLoadBalancerClass(`${this.label}: loadBalancerClass`, props.loadBalancerClass),
      () => checkPorts(this.label, props.ports),
      () => checkSelector(this.label, this.manifest),
    );
    const addresses = readAddresses(this.label, props, faults);
    faults.throwAll();
    const isDual = addresses.length === 2;
    new k8s.KubeService(this, 'Resource', {
      metadata: {
        name: props.name,
        namespace: metadata.namespace,
        annotations: {
          [METALLB.annotations.addressPool]: props.pool.name,
          ...(addresses.length > 0
            ? { [METALLB.annotations.loadBalancerIPs]: addresses.map(({ text }) => text).join(',') }
            : {}),
          ...(props.shareKey === undefined ? {} : { [METALLB.annotations.allowSharedIp]: props.shareKey }),
        },
      },
      spec: {
        type: 'LoadBalancer',
        loadBalancerClass: props.loadBalancerClass,
        // evaluated at synth, after all changes of the workload
        externalTrafficPolicy: Lazy.any({ produce: () => this.externalTrafficPolicy }),
        ipFamilyPolicy: isDual ? 'RequireDualStack' : undefined,
        ipFamilies: addresses.length > 0 ? addresses.map(({ family }) => `IPv${family}`) : undefined,
        selector: { ...selector },
        ports: props.ports.map(({ name, port, targetPort = port, protocol = 'TCP' }) => ({
          name,
          port,
          targetPort: intOrString(targetPort),
          protocol,
        })),
      },
    });
  }

  /** The policy, as given or decided. */
  get externalTrafficPolicy(): 'Local' | 'Cluster' {
    return this.props.externalTrafficPolicy ?? this.decision.policy;
  }

  /** The reason for the policy; for Cluster also how to get Local. */
  get reason(): string {
    return this.props.externalTrafficPolicy ? 'it is set explicitly' : this.decision.reason;
  }

  private get manifest(): WorkloadManifest {
    return this.workload.toJson() as WorkloadManifest;
  }

  private get label(): string {
    return `HaIngress "${this.name}"`;
  }

  private get decision(): { readonly policy: 'Local' | 'Cluster'; readonly reason: string } {
    const { schedulableNodes } = this.props;
    const { manifest } = this;
    const { replicas = 1 } = manifest.spec;
    const what = describe(manifest);
    const local = (reason: string) => ({ policy: 'Local', reason }) as const;
    const cluster = (reason: string) => ({ policy: 'Cluster', reason }) as const;
    if (choosesNodes(manifest))
      return cluster(
        `${what} is limited to some nodes, and another node may answer; set externalTrafficPolicy if every node that may answer has a pod`,
      );
    if (manifest.kind === 'DaemonSet') return local(`${what} has a pod on every schedulable node`);
    if (!isSpreadOverNodes(manifest))
      return cluster(`the pods of ${what} may all run on one node; call spreadAndTolerate for it`);
    if (schedulableNodes === undefined)
      return cluster(`the number of schedulable nodes for ${what} is not set; set schedulableNodes`);
    return replicas >= schedulableNodes
      ? local(`${what} has a pod on each of ${schedulableNodes} nodes`)
      : cluster(
          `${what} has ${replicas} pods for ${schedulableNodes} nodes; give it ${schedulableNodes} replicas, or make it a DaemonSet`,
        );
  }
}

/** Whether a node selector or required affinity limits its pods to some nodes. */
const choosesNodes = ({ spec }: WorkloadManifest): boolean => {
  const { nodeSelector = {}, affinity } = spec.template?.spec ?? {};
  return (
    Object.keys(nodeSelector).length > 0 ||
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined
  );
};

const intOrString = (value: number | string): k8s.IntOrString =>
  typeof value === 'number' ? k8s.IntOrString.fromNumber(value) : k8s.IntOrString.fromString(value);

const describe = ({ kind, metadata }: WorkloadManifest): string => `${kind} "${metadata.name}"`;

function checkServiceName(label: string, name: string): void {
  if (SERVICE_NAME.test(name)) return;
  throw new Error(
    `${label}: "${name}" is not a valid Service name; use 1 to 63 lower-case letters, digits and "-", with a letter first and a letter or digit last`,
  );
}

/** A Service selects only by labels. */
function checkSelector(label: string, manifest: WorkloadManifest): void {
  const { matchLabels = {}, matchExpressions = [] } = manifest.spec.selector ?? {};
  if (matchExpressions.length > 0) {
    throw new Error(
      `${label}: ${describe(manifest)} selects its pods by matchExpressions, which a Service cannot do; use matchLabels only`,
    );
  }
  if (Object.keys(matchLabels).length === 0) {
    throw new Error(`${label}: ${describe(manifest)} has no selector labels; give it matchLabels`);
  }
}

function checkPorts(label: string, ports: readonly HaIngressPort[]): void {
  const faults = new Faults();
  faults.check(
    () => {
      if (ports.length === 0) throw new Error(`${label} has no ports; give at least one`);
    },
    ...ports.flatMap(({ name, port, targetPort }) => [
      () => checkWhole(`${label}: port`, port, 1, 65_535),
      () => checkPortName(label, name),
      () => checkTargetPort(label, targetPort),
    ]),
    () =>
      checkUnique(
        `${label}: the list of names of ports`,
        ports.map((port) => port.name),
      ),
    () =>
      checkUnique(
        `${label}: the list of ports`,
        ports.map(({ port, protocol = 'TCP' }) => `${protocol} ${port}`),
      ),
  );
  faults.throwAll();
}

function checkPortName(label: string, name: string): void {
  if (DNS_LABEL.test(name)) return;
  throw new Error(
    `${label}: "${name}" is not a valid port name; use 1 to 63 lower-case letters, digits and "-", with a letter or digit at both ends`,
  );
}

function checkTargetPort(label: string, targetPort: number | string | undefined): void {
  if (typeof targetPort !== 'string') {
    checkWhole(`${label}: targetPort`, targetPort, 1, 65_535);
  } else if (!PORT_NAME.test(targetPort)) {
    throw new Error(
      `${label}: targetPort "${targetPort}" is not a valid container port name; use 1 to 15 lower-case letters, digits and single "-", with a letter among them, or the number`,
    );
  }
}

function readAddresses(label: string, { pool, addresses = [] }: HaIngressProps, faults: Faults) {
  const read = addresses.flatMap((text) => faults.attempt(() => readAddress(label, text)) ?? []);
  faults.check(
    ...read.map((address) => () => {
      if (pool.offers(address)) return;
      throw new Error(
        `${label}: pool "${pool.name}" does not give out ${address.text}; choose from ${pool.ranges.map((range) => range.text).join(', ')}`,
      );
    }),
    () => {
      if (new Set(read.map(({ family }) => family)).size < read.length)
        throw new Error(`${label} requests two addresses of one IP family; request at most one of each`);
    },
  );
  return read;
}

function readAddress(label: string, text: string): Address {
  try {
    return parseAddress(text);
  } catch (cause) {
    throw new Error(`${label}: addresses: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
