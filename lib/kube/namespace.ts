import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { KEEP_ANNOTATIONS } from './gitops-annotations';

/** Pod security level; https://kubernetes.io/docs/concepts/security/pod-security-standards/. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

export interface PodSecurityNamespaceProps {
  readonly name: string;
  /** For enforce, audit and warn. */
  readonly level: PodSecurityLevel;
  /**
   * Whether annotations forbid Flux and Argo CD to delete the namespace and everything in it.
   *
   * @default - true
   */
  readonly gitOpsAnnotations?: boolean;
}

/** A namespace with a pod security level. */
export class PodSecurityNamespace extends Construct {
  constructor(scope: Construct, id: string, props: PodSecurityNamespaceProps) {
    super(scope, id);
    new k8s.KubeNamespace(this, 'Resource', {
      metadata: {
        name: props.name,
        annotations: (props.gitOpsAnnotations ?? true) ? KEEP_ANNOTATIONS : undefined,
        labels: {
          'pod-security.kubernetes.io/audit': props.level,
          'pod-security.kubernetes.io/enforce': props.level,
          'pod-security.kubernetes.io/warn': props.level,
        },
      },
    });
  }
}
