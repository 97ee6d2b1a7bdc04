import type { Construct } from 'constructs';
import { PodSecurityNamespace, type PodSecurityNamespaceProps } from '../kube';
import { METALLB } from '../releases';

/** Properties for `MetalLbNamespace`. */
export type MetalLbNamespaceProps = Pick<PodSecurityNamespaceProps, 'gitOpsAnnotations'>;

/**
 * The namespace `metallb-system`. Pod security is `privileged` there because speakers use the host's network and NET_RAW, which
 * the level `baseline` refuses.
 *
 * It is no part of `MetalLb`, because namespaces are applied before anything that lives in them.
 */
export class MetalLbNamespace extends PodSecurityNamespace {
  constructor(scope: Construct, id: string, props: MetalLbNamespaceProps = {}) {
    super(scope, id, { ...props, name: METALLB.namespace, level: 'privileged' });
  }
}
