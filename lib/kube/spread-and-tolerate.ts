import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { k8s } from 'cdk8s-plus-27';
import { leaveDeadNodeAfter } from './tolerations';

/** Options of `spreadAndTolerate`. */
export interface SpreadAndTolerateOptions {
  /**
   * How long a pod waits for its dead node to come back before it is replaced elsewhere.
   *
   * @default Duration.seconds(30)
   */
  readonly leaveDeadNodeAfter?: Duration;
}

/** What the functions here read of a workload's manifest. */
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
 * Makes a Deployment survive the loss of a node:
 *
 * - Its pods are spread evenly over the nodes, one more on a node than on another at most, and wait rather than crowd together. A node
 *   that is down still counts, so that its pod is waiting for it when it comes back.
 * - A rollout takes one pod away before it starts the next. The place that is free is then the only one the spread allows, and the
 *   pods are as even after the rollout as before; with surge pods they would not be.
 * - A pod on a dead node is replaced after 30 s instead of 300 s.
 * - Draining nodes takes away one pod at a time (a PodDisruptionBudget of the Deployment's name).
 *
 * Call it when a Deployment of cdk8s-plus has its containers, without which it has no manifest to read.
 *
 * Sources: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/ and
 * https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 *
 * @throws Error when the workload is no Deployment, has fewer than 2 replicas, has no selector, or is spread already.
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

/** Whether the pods of a manifest are kept apart by node, as `spreadAndTolerate` does it. */
export const isSpreadOverNodes = (manifest: unknown): boolean =>
  (manifest as DeploymentManifest).spec.template?.spec?.topologySpreadConstraints?.some(
    ({ topologyKey, whenUnsatisfiable }) => topologyKey === HOST_NAME && whenUnsatisfiable === 'DoNotSchedule',
  ) ?? false;

function checkDeployment(manifest: DeploymentManifest, hasAutoscaler: boolean): void {
  const { kind, metadata, spec } = manifest;
  const { replicas = 1, selector } = spec;
  const label = `${kind} "${metadata.name}"`;
  if (kind !== 'Deployment') {
    throw new Error(`${label} can't be spread; give a Deployment (a DaemonSet is on every node by itself)`);
  }
  if (replicas < 2 && !hasAutoscaler) {
    throw new Error(`${label} has replicas: ${replicas}, which can't be on two nodes; give it 2 or more`);
  }
  if (Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0) === 0) {
    throw new Error(`${label} has no selector, so there is no telling which pods to spread; give it one`);
  }
  if (isSpreadOverNodes(manifest)) {
    throw new Error(`${label} is spread over nodes already; call spreadAndTolerate once`);
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
