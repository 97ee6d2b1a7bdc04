import { ApiObject, Duration } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { leaveDeadNodeAfter } from '../kube';
import { checkChartServiceWithinApp, type ServiceManifest } from '../metallb';

/** Properties for `K3sTraefik`. */
export interface K3sTraefikProps {
  /**
   * Number of pods, each on another node.
   *
   * @default - one on every node (DaemonSet)
   */
  readonly replicas?: number;
  /**
   * `Local` sends traffic only to pods on the node that answers. It needs a pod on every such node, preserves the client address and
   * sends nothing to a failed node. `Cluster` sends traffic to all pods.
   *
   * @default - Local with a pod on every node, Cluster with `replicas`
   */
  readonly externalTrafficPolicy?: 'Local' | 'Cluster';
  /**
   * How long a pod stays bound to an unreachable node before it is replaced. Only with `replicas`.
   *
   * @default Duration.seconds(30)
   */
  readonly leaveDeadNodeAfter?: Duration;
  /**
   * Annotations of its Service, such as `metallb.io/loadBalancerIPs`. Synth checks those of MetalLB.
   *
   * @default - none
   */
  readonly serviceAnnotations?: Readonly<Record<string, string>>;
}

/** The tolerations of k3s's Traefik, repeated because a list in a HelmChartConfig replaces the whole list. */
const K3S_TOLERATIONS: readonly k8s.Toleration[] = [
  { key: 'CriticalAddonsOnly', operator: 'Exists' },
  { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node-role.kubernetes.io/master', operator: 'Exists', effect: 'NoSchedule' },
];

/** The label by which every version of the chart selects its pods. */
const POD_LABELS = { 'app.kubernetes.io/name': 'traefik' };

/**
 * Settings for the Traefik of k3s that make it tolerate the loss of a node. By default k3s runs one pod: if its node fails, there is
 * no ingress until the pod is replaced.
 *
 * k3s merges these values into its own and upgrades the chart. This needs the Helm controller of k3s, which is on by default.
 * A DaemonSet of this chart cannot obtain certificates with ACME, because its pods share no storage: use cert-manager, or `replicas`
 * with a shared volume.
 *
 * Sources: https://docs.k3s.io/add-ons/helm#customizing-packaged-components-with-helmchartconfig,
 * https://github.com/k3s-io/k3s/blob/master/manifests/traefik.yaml and
 * https://github.com/traefik/traefik-helm-chart/blob/master/traefik/values.yaml
 *
 * @throws Error if `replicas` is not a whole number from 2
 */
export class K3sTraefik extends Construct {
  constructor(scope: Construct, id: string, props: K3sTraefikProps = {}) {
    super(scope, id);
    new ApiObject(this, 'Resource', {
      apiVersion: 'helm.cattle.io/v1',
      kind: 'HelmChartConfig',
      metadata: { name: 'traefik', namespace: 'kube-system' },
      spec: { valuesContent: stringify(values(props), { lineWidth: 0 }) },
    });
    checkChartServiceWithinApp(this, 'K3sTraefik', serviceOf(props));
  }
}

const policyOf = ({ externalTrafficPolicy, replicas }: K3sTraefikProps): 'Local' | 'Cluster' =>
  externalTrafficPolicy ?? (replicas === undefined ? 'Local' : 'Cluster');

/** The Service that the chart creates with the values of k3s. */
const serviceOf = (props: K3sTraefikProps): ServiceManifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'traefik',
    namespace: 'kube-system',
    labels: POD_LABELS,
    annotations: props.serviceAnnotations ?? {},
  },
  spec: {
    type: 'LoadBalancer',
    externalTrafficPolicy: policyOf(props),
    ipFamilyPolicy: 'PreferDualStack',
    selector: POD_LABELS,
    ports: [{ port: 80 }, { port: 443 }],
  },
});

function values(props: K3sTraefikProps): object {
  const { replicas, serviceAnnotations } = props;
  return {
    ...(replicas === undefined ? { deployment: { kind: 'DaemonSet' } } : spreadReplicas(replicas, props)),
    priorityClassName: 'system-cluster-critical',
    service: {
      ...(serviceAnnotations && { annotations: serviceAnnotations }),
      spec: { externalTrafficPolicy: policyOf(props) },
    },
  };
}

/** The effect of `spreadAndTolerate` as chart values. */
function spreadReplicas(replicas: number, props: K3sTraefikProps): object {
  if (!Number.isSafeInteger(replicas) || replicas < 2) {
    throw new Error(
      `replicas is ${replicas}, which cannot run on two nodes; give 2 or more, or remove it for every node`,
    );
  }
  return {
    deployment: { kind: 'Deployment', replicas },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: POD_LABELS },
      },
    ],
    tolerations: [...K3S_TOLERATIONS, ...leaveDeadNodeAfter(props.leaveDeadNodeAfter ?? Duration.seconds(30))],
  };
}
