import type { Construct } from 'constructs';
import { PodSecurityNamespace, type PodSecurityNamespaceProps } from '../kube';
import { METALLB } from '../releases';

/** Properties for `MetalLbNamespace`. */
export type MetalLbNamespaceProps = Pick<PodSecurityNamespaceProps, 'gitOpsAnnotations'>;

/**
 * The namespace `metallb-system`. Its pod security level is `privileged`, because speakers use the host network and NET_RAW. It is not
 * part of `MetalLb`, because it is applied first.
 */
export class MetalLbNamespace extends PodSecurityNamespace {
  constructor(scope: Construct, id: string, props: MetalLbNamespaceProps = {}) {
    super(scope, id, { ...props, name: METALLB.namespace, level: 'privileged' });
  }
}
