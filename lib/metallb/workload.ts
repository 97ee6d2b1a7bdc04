import { k8s } from 'cdk8s-plus-27';
import { CHECKSUM_ANNOTATION } from '../kube';
import { METALLB, METALLB_LABELS } from '../releases';

/** Log level of MetalLB. */
export type MetalLbLogLevel = 'all' | 'debug' | 'info' | 'warn' | 'error' | 'none';

/** Kubernetes image pull policy. */
export type ImagePullPolicy = 'Always' | 'IfNotPresent' | 'Never';

/** Settings of the controller or the speakers. */
export interface MetalLbWorkloadProps {
  /**
   * Resources of the container. `smallResources` suits a cluster of a few nodes.
   *
   * @default - none, as upstream: the pod is among the first to be evicted
   */
  readonly resources?: k8s.ResourceRequirements;
  /**
   * Tolerations in addition to upstream's.
   *
   * @default - none for the controller, the NoSchedule taints of the control plane for speakers
   */
  readonly tolerations?: readonly k8s.Toleration[];
  /**
   * Name of the pod's PriorityClass, such as `system-node-critical`.
   *
   * @default - none, as upstream
   */
  readonly priorityClassName?: string;
  /**
   * Seccomp profile of the pod.
   *
   * @default - none, as upstream
   */
  readonly seccompProfile?: 'RuntimeDefault';
  /**
   * Node labels in addition to `kubernetes.io/os: linux`.
   *
   * @default - none, as upstream
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

/**
 * Small resources for controller and speaker; upstream sets none. The requests keep the pods out of the BestEffort class. There is no
 * CPU limit: a throttled speaker answered ARP seconds late, so upstream removed its limits of 100m and 100Mi
 * (https://github.com/metallb/metallb/pull/765). The memory limit only stops a leak.
 */
export const smallResources: k8s.ResourceRequirements = {
  requests: { cpu: k8s.Quantity.fromString('25m'), memory: k8s.Quantity.fromString('64Mi') },
  limits: { memory: k8s.Quantity.fromString('256Mi') },
};

/** Common settings of controller and speaker, with defaults. */
export interface MetalLbPodProps extends MetalLbWorkloadProps {
  readonly image: string;
  readonly logLevel: MetalLbLogLevel;
  readonly loadBalancerClass?: string;
  readonly imagePullPolicy?: ImagePullPolicy;
  readonly imagePullSecrets?: readonly string[];
  readonly metrics: boolean;
}

/** The labels of the immutable selector. */
export const podLabels = (component: string): Record<string, string> => ({ ...METALLB_LABELS, component });

/** Metadata of the Deployment or DaemonSet. */
export const workloadMetadata = (name: string): k8s.ObjectMeta => ({
  name,
  namespace: METALLB.namespace,
  labels: podLabels(name),
});

/**
 * Metadata of the pods. The annotations are upstream's; `metrics` adds the scheme https.
 *
 * @param configChecksum of a configuration that differs from upstream's
 */
export const podMetadata = (
  component: string,
  { metrics }: MetalLbPodProps,
  configChecksum?: string,
): k8s.ObjectMeta => ({
  labels: podLabels(component),
  annotations: {
    'prometheus.io/port': String(METALLB.ports.metrics),
    'prometheus.io/scrape': 'true',
    ...(metrics ? { 'prometheus.io/scheme': 'https' } : {}),
    ...(configChecksum ? { [CHECKSUM_ANNOTATION]: configChecksum } : {}),
  },
});

/** Arguments of both binaries. */
export function commonArguments(props: MetalLbPodProps): string[] {
  const args = [`--port=${METALLB.ports.metrics}`, `--log-level=${props.logLevel}`];
  if (props.loadBalancerClass !== undefined) args.push(`--lb-class=${props.loadBalancerClass}`);
  return args;
}

/** The security context of the pod. */
export function podSecurity(
  { seccompProfile }: MetalLbPodProps,
  upstream?: k8s.PodSecurityContext,
): k8s.PodSecurityContext | undefined {
  return seccompProfile === undefined ? upstream : { ...upstream, seccompProfile: { type: seccompProfile } };
}

/** An environment variable from a field of the pod. */
export const envFromField = (name: string, fieldPath: string): k8s.EnvVar => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});

/** Liveness and readiness probe. Speakers answer only on the loopback address of the node. */
export function probes(host?: string): Pick<k8s.Container, 'livenessProbe' | 'readinessProbe'> {
  const probe = (path: string): k8s.Probe => ({
    httpGet: { host, path, port: k8s.IntOrString.fromNumber(METALLB.ports.health) },
    initialDelaySeconds: 10,
    periodSeconds: 10,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold: 3,
  });
  return { livenessProbe: probe('/healthz'), readinessProbe: probe('/readyz') };
}

/** Scheduling and image pull secrets. */
export function placement(
  props: MetalLbPodProps,
  upstreamTolerations: readonly k8s.Toleration[],
): Pick<k8s.PodSpec, 'nodeSelector' | 'tolerations' | 'priorityClassName' | 'imagePullSecrets'> {
  const tolerations = [...upstreamTolerations, ...(props.tolerations ?? [])];
  return {
    nodeSelector: { ...props.nodeSelector, 'kubernetes.io/os': 'linux' },
    tolerations: tolerations.length > 0 ? tolerations : undefined,
    priorityClassName: props.priorityClassName,
    imagePullSecrets: props.imagePullSecrets?.map((name) => ({ name })),
  };
}
