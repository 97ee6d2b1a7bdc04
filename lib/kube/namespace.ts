import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { KEEP_ANNOTATIONS } from './gitops-annotations';

/** How much its pods may do; https://kubernetes.io/docs/concepts/security/pod-security-standards/. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

export interface PodSecurityNamespaceProps {
  readonly name: string;
  /** Enforced, audited and warned about alike. */
  readonly level: PodSecurityLevel;
  /**
   * Whether Flux and Argo CD are told never to delete the namespace, which would delete everything in it.
   *
   * @default - true
   */
  readonly gitOpsAnnotations?: boolean;
}

/** A namespace that says how much its pods may do. */
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
