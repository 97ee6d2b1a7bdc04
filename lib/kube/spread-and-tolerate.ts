import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { k8s } from 'cdk8s-plus-27';
import { leaveDeadNodeAfter } from './tolerations';

/** Options of `spreadAndTolerate`. */
export interface SpreadAndTolerateOptions {
  /**
   * How long a pod stays bound to an unreachable node before it is replaced.
   *
   * @default Duration.seconds(30)
   */
  readonly leaveDeadNodeAfter?: Duration;
}

/** The fields of a workload's manifest that are read here. */
interface DeploymentManifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: k8s.LabelSelector;
    readonly template?: {
      readonly spec?: {
        readonly tolerations?: readonly k8s.Toleration[];
        readonly topologySpreadConstraints?: readonly k8s.TopologySpreadConstraint[];
      };
    };
  };
}

const HOST_NAME = 'kubernetes.io/hostname';

/**
 * Makes a Deployment tolerate the loss of a node:
 *
 * - A topology spread constraint with maxSkew 1 and DoNotSchedule. A failed node still counts, so its pod stays Pending for it.
 * - A rollout stops one pod before it starts the next (maxSurge 0), because surge pods would unbalance the spread.
 * - A pod on an unreachable node is replaced after 30 s instead of 300 s.
 * - A PodDisruptionBudget of the Deployment's name: a drain evicts one pod at a time.
 *
 * Call it after the Deployment of cdk8s-plus has its containers; it has no manifest before.
 *
 * Sources: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/ and
 * https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 *
 * @throws Error if the workload is not a Deployment, has fewer than 2 replicas or no selector, or is already spread.
 */
export function spreadAndTolerate(
  deployment: kplus.Deployment | k8s.KubeDeployment,
  options: SpreadAndTolerateOptions = {},
): k8s.KubePodDisruptionBudget {
  const object = ApiObject.of(deployment);
  const manifest = object.toJson() as DeploymentManifest;
  const { metadata, spec } = manifest;
  const { selector } = spec;
  checkDeployment(manifest, deployment instanceof kplus.Deployment && deployment.hasAutoscaler);

  const spread: k8s.TopologySpreadConstraint = {
    maxSkew: 1,
    topologyKey: HOST_NAME,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: selector,
  };
  const others = spec.template?.spec?.topologySpreadConstraints ?? [];
  object.addJsonPatch(
    JsonPatch.add('/spec/template/spec/topologySpreadConstraints', [...others, spread]),
    JsonPatch.add('/spec/strategy', {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(0), maxUnavailable: k8s.IntOrString.fromNumber(1) },
    }),
  );
  tolerate(deployment, manifest, options.leaveDeadNodeAfter ?? Duration.seconds(30));
  return new k8s.KubePodDisruptionBudget(deployment, 'DisruptionBudget', {
    metadata: { name: metadata.name, namespace: metadata.namespace },
    spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector },
  });
}

/** Whether a manifest spreads its pods over nodes as `spreadAndTolerate` does. */
export const isSpreadOverNodes = (manifest: unknown): boolean =>
  (manifest as DeploymentManifest).spec.template?.spec?.topologySpreadConstraints?.some(
    ({ topologyKey, whenUnsatisfiable }) => topologyKey === HOST_NAME && whenUnsatisfiable === 'DoNotSchedule',
  ) ?? false;

function checkDeployment(manifest: DeploymentManifest, hasAutoscaler: boolean): void {
  const { kind, metadata, spec } = manifest;
  const { replicas = 1, selector } = spec;
  const label = `${kind} "${metadata.name}"`;
  if (kind !== 'Deployment') {
    throw new Error(`${label} is not a Deployment; give a Deployment (a DaemonSet already runs on every node)`);
  }
  if (replicas < 2 && !hasAutoscaler) {
    throw new Error(`${label} has replicas: ${replicas}, which cannot run on two nodes; give 2 or more`);
  }
  if (Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0) === 0) {
    throw new Error(`${label} has no selector; give it one`);
  }
  if (isSpreadOverNodes(manifest)) {
    throw new Error(`${label} is already spread over nodes; call spreadAndTolerate once`);
  }
}

function tolerate(deployment: kplus.Deployment | k8s.KubeDeployment, manifest: DeploymentManifest, time: Duration) {
  const tolerations = leaveDeadNodeAfter(time);
  if (deployment instanceof kplus.Deployment) {
    for (const { key = '' } of tolerations) {
      const taint = kplus.NodeTaintQuery.exists(key, { effect: kplus.TaintEffect.NO_EXECUTE, evictAfter: time });
      deployment.scheduling.tolerate(kplus.Node.tainted(taint));
    }
    return;
  }
  const others = manifest.spec.template?.spec?.tolerations ?? [];
  deployment.addJsonPatch(JsonPatch.add('/spec/template/spec/tolerations', [...others, ...tolerations]));
}
