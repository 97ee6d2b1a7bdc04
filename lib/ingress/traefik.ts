import { ApiObject, Duration } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { leaveDeadNodeAfter } from '../kube';
import { checkChartServiceWithinApp, type ServiceManifest } from '../metallb';

/** Properties for `K3sTraefik`. */
export interface K3sTraefikProps {
  /**
   * How many pods, each on a node of its own.
   *
   * @default - one on every node, by a DaemonSet
   */
  readonly replicas?: number;
  /**
   * Which pods the node that answers sends traffic to: those on it (Local), or all (Cluster). Local needs a pod on every node that may
   * answer; clients then keep their address, and nothing is sent to a dead node.
   *
   * @default - Local with a pod on every node, Cluster with `replicas`
   */
  readonly externalTrafficPolicy?: 'Local' | 'Cluster';
  /**
   * How long a pod waits for its dead node to come back before it is replaced elsewhere. Only with `replicas`: the pods of a DaemonSet
   * belong to their nodes and are never replaced.
   *
   * @default Duration.seconds(30)
   */
  readonly leaveDeadNodeAfter?: Duration;
  /**
   * Annotations of its Service, such as `metallb.io/loadBalancerIPs`. Synth checks what they ask of MetalLB, like those of any Service.
   *
   * @default - none
   */
  readonly serviceAnnotations?: Readonly<Record<string, string>>;
}

/** The tolerations k3s gives Traefik. A list in a HelmChartConfig replaces the whole list, so they are repeated. */
const K3S_TOLERATIONS: readonly k8s.Toleration[] = [
  { key: 'CriticalAddonsOnly', operator: 'Exists' },
  { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node-role.kubernetes.io/master', operator: 'Exists', effect: 'NoSchedule' },
];

/** The label by which the chart selects its pods, in all of its versions. */
const POD_LABELS = { 'app.kubernetes.io/name': 'traefik' };

/**
 * Settings for the Traefik that k3s installs by itself, so that it survives the loss of a node: k3s runs one pod of it, and when the
 * node of that pod dies there is no ingress until the pod is replaced.
 *
 * k3s merges these values over its own and upgrades the chart. It needs the Helm controller of k3s, which is on by default.
 * A DaemonSet of this chart cannot fetch certificates with ACME, because its pods share no storage; the chart then says so, use
 * cert-manager or `replicas` with a shared volume.
 *
 * Sources: https://docs.k3s.io/add-ons/helm#customizing-packaged-components-with-helmchartconfig,
 * https://github.com/k3s-io/k3s/blob/master/manifests/traefik.yaml and
 * https://github.com/traefik/traefik-helm-chart/blob/master/traefik/values.yaml
 *
 * @throws Error when `replicas` is less than 2 or no whole number.
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

/** The Service that the chart makes with the values of k3s. */
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

/** What `spreadAndTolerate` does to a Deployment of our own, in the words of the chart. */
function spreadReplicas(replicas: number, props: K3sTraefikProps): object {
  if (!Number.isSafeInteger(replicas) || replicas < 2) {
    throw new Error(
      `replicas is ${replicas}, which can't be on two nodes; give 2 or more, or leave it out for every node`,
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
