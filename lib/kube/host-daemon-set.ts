import { ApiObject, type Duration, JsonPatch } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { versionOf } from '../releases';
import { CHECKSUM_ANNOTATION, checksum } from './checksum';

export interface HostDaemonSetProps {
  /** Name of the object and value of the label `app.kubernetes.io/name`, which its selector uses. */
  readonly name: string;
  /** Image whose version becomes the label `app.kubernetes.io/version`. @default - no label, as for a tag without version */
  readonly image?: string;
  /** Additional labels of the object and its pods. @default - none */
  readonly labels?: Readonly<Record<string, string>>;
  /** maxUnavailable of the rollout, a number or a percentage such as `100%`. @default - 1, Kubernetes' own */
  readonly maxUnavailable?: string;
  /** Nodes to run on. Several are alternatives. */
  readonly nodes: readonly kplus.LabeledNode[];
  /** Configuration that the pods read at start; a change restarts them. @default - none */
  readonly configuration?: Readonly<Record<string, string>>;
  /** @default - no service account token is mounted */
  readonly serviceAccount?: kplus.IServiceAccount;
  /** Time between SIGTERM and SIGKILL. @default - 30 seconds, Kubernetes' own */
  readonly terminationGracePeriod?: Duration;
}

/**
 * A DaemonSet for node-level software. It uses the node's network and resolver, tolerates every taint, and depends on neither
 * cluster DNS nor kube-proxy.
 *
 * Its containers may make the system calls of the runtime's default profile. Privileged containers have no profile.
 *
 * Its priority is `system-node-critical`: it is not evicted, and graceful node shutdown stops it last.
 * The selector is explicit, because a selector is immutable and the default depends on the construct path.
 */
export class HostDaemonSet extends kplus.DaemonSet {
  constructor(scope: Construct, id: string, props: HostDaemonSetProps) {
    const labels = { 'app.kubernetes.io/name': props.name };
    const version = props.image === undefined ? undefined : versionOf(props.image);
    const allLabels = { ...props.labels, ...labels, ...(version && { 'app.kubernetes.io/version': version }) };
    super(scope, id, {
      metadata: { name: props.name, labels: allLabels },
      podMetadata: {
        labels: allLabels,
        annotations: props.configuration && { [CHECKSUM_ANNOTATION]: checksum(props.configuration) },
      },
      select: false,
      hostNetwork: true,
      dns: { policy: kplus.DnsPolicy.DEFAULT },
      securityContext: { ensureNonRoot: false },
      serviceAccount: props.serviceAccount,
      automountServiceAccountToken: props.serviceAccount !== undefined,
      terminationGracePeriod: props.terminationGracePeriod,
    });
    this.select(kplus.LabelSelector.of({ labels }));
    for (const node of props.nodes) this.scheduling.attract(node);
    this.scheduling.tolerate(kplus.Node.tainted(kplus.NodeTaintQuery.any()));
    ApiObject.of(this).addJsonPatch(
      JsonPatch.add('/spec/template/spec/priorityClassName', 'system-node-critical'),
      // at the pod, because cdk8s-plus-27 has no such property; privileged containers run unconfined
      JsonPatch.add('/spec/template/spec/securityContext/seccompProfile', { type: 'RuntimeDefault' }),
      // cdk8s-plus labels every pod with a hash of its construct path, which nothing selects
      JsonPatch.remove(`/spec/template/metadata/labels/${kplus.Pod.ADDRESS_LABEL.replaceAll('/', '~1')}`),
    );
    if (props.maxUnavailable !== undefined) {
      const rollingUpdate = { maxUnavailable: kplus.k8s.IntOrString.fromString(props.maxUnavailable) };
      ApiObject.of(this).addJsonPatch(JsonPatch.add('/spec/updateStrategy', { type: 'RollingUpdate', rollingUpdate }));
    }
  }
}
