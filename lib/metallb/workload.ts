import { k8s } from 'cdk8s-plus-27';
import { CHECKSUM_ANNOTATION } from '../kube';
import { METALLB, METALLB_LABELS } from '../releases';

/** How much MetalLB logs, from everything to nothing. */
export type MetalLbLogLevel = 'all' | 'debug' | 'info' | 'warn' | 'error' | 'none';

/** When a node fetches an image. */
export type ImagePullPolicy = 'Always' | 'IfNotPresent' | 'Never';

/** Settings the controller and the speakers have in common, each set for itself. */
export interface MetalLbWorkloadProps {
  /**
   * What the container asks for and may use. `smallResources` suits a cluster of a few machines.
   *
   * @default - none, as upstream: the pod gets what is left over and is among the first to be evicted
   */
  readonly resources?: k8s.ResourceRequirements;
  /**
   * Taints the pod tolerates besides those it tolerates upstream.
   *
   * @default - the controller tolerates nothing, speakers the NoSchedule taints of the control plane
   */
  readonly tolerations?: readonly k8s.Toleration[];
  /**
   * Name of the pod's PriorityClass, such as `system-node-critical`.
   *
   * @default - none, as upstream
   */
  readonly priorityClassName?: string;
  /**
   * Profile of the system calls that the pod may make.
   *
   * @default - none, as upstream: every system call
   */
  readonly seccompProfile?: 'RuntimeDefault';
  /**
   * Labels a node must have besides `kubernetes.io/os: linux`.
   *
   * @default - none, as upstream
   */
  readonly nodeSelector?: Readonly<Record<string, string>>;
}

/**
 * Small resources for controller and speaker, a deviation from upstream, which sets none. The requests keep the pods out of the
 * class that is evicted first. There is no CPU limit on purpose: a throttled speaker answered ARP seconds late, which is why
 * upstream took its limits of 100m and 100Mi away (https://github.com/metallb/metallb/pull/765). The memory limit is well above
 * that old one and only there to stop a leak.
 */
export const smallResources: k8s.ResourceRequirements = {
  requests: { cpu: k8s.Quantity.fromString('25m'), memory: k8s.Quantity.fromString('64Mi') },
  limits: { memory: k8s.Quantity.fromString('256Mi') },
};

/** What controller and speaker share, with every default filled in. */
export interface MetalLbPodProps extends MetalLbWorkloadProps {
  readonly image: string;
  readonly logLevel: MetalLbLogLevel;
  readonly loadBalancerClass?: string;
  readonly imagePullPolicy?: ImagePullPolicy;
  readonly imagePullSecrets?: readonly string[];
  readonly metrics: boolean;
}

/** The labels that select the pods of one of the two. Selectors can't be changed later, so neither can these. */
export const podLabels = (component: string): Record<string, string> => ({ ...METALLB_LABELS, component });

/** Metadata of the Deployment or DaemonSet. */
export const workloadMetadata = (name: string): k8s.ObjectMeta => ({
  name,
  namespace: METALLB.namespace,
  labels: podLabels(name),
});

/**
 * Metadata of the pods. The annotations are upstream's; its metrics are HTTPS, which only `metrics` says.
 *
 * @param configChecksum of what the pods read at start, where it is not upstream's.
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

/** Arguments both binaries take. */
export function commonArguments(props: MetalLbPodProps): string[] {
  const args = [`--port=${METALLB.ports.metrics}`, `--log-level=${props.logLevel}`];
  if (props.loadBalancerClass !== undefined) args.push(`--lb-class=${props.loadBalancerClass}`);
  return args;
}

/** The security context of the pod, where it has one. */
export function podSecurity(
  { seccompProfile }: MetalLbPodProps,
  upstream?: k8s.PodSecurityContext,
): k8s.PodSecurityContext | undefined {
  return seccompProfile === undefined ? upstream : { ...upstream, seccompProfile: { type: seccompProfile } };
}

/** An environment variable whose value is a field of the pod. */
export const envFromField = (name: string, fieldPath: string): k8s.EnvVar => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});

/** Liveness and readiness probe. Speakers use the node's network and answer on its loopback address only. */
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

/** Where the pod may run, and how it gets its image. */
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
