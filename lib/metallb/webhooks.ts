import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { LAST_WAVE_ANNOTATIONS } from '../kube';
import { METALLB } from '../releases';

/** Whether MetalLB validates pools: failurePolicy Fail or Ignore, or no webhook. */
export type MetalLbWebhookMode = 'fail' | 'ignore' | 'off';

/** Properties for `MetalLbWebhooks`. */
export interface MetalLbWebhooksProps {
  /**
   * failurePolicy: if MetalLB is unavailable, `fail` refuses a pool and `ignore` stores it unchecked. Give `MetalLb` the same value.
   *
   * @default 'fail'
   */
  readonly webhook?: Exclude<MetalLbWebhookMode, 'off'>;
  /**
   * Whether an annotation makes Argo CD apply the webhooks after the pools (sync wave 1). Otherwise a first sync fails while the
   * controller starts.
   *
   * @default - true
   */
  readonly gitOpsAnnotations?: boolean;
}

/** A webhook and its objects. */
interface Check {
  /** First part of the webhook's name. */
  readonly name: string;
  readonly version: string;
  readonly singular: string;
  readonly plural: string;
  readonly operations: string[];
}

const CREATE_AND_UPDATE = ['CREATE', 'UPDATE'];

const CHECKS: readonly Check[] = [
  // upstream's name has this extra s
  check('bgppeersvalidationwebhook', 'v1beta2', 'bgppeer', 'bgppeers', CREATE_AND_UPDATE),
  // MetalLB checks the deletion of a profile, because peers may use it, but no updates
  check('bfdprofilevalidationwebhook', 'v1beta1', 'bfdprofile', 'bfdprofiles', ['CREATE', 'DELETE']),
  check('bgpadvertisementvalidationwebhook', 'v1beta1', 'bgpadvertisement', 'bgpadvertisements', CREATE_AND_UPDATE),
  check('communityvalidationwebhook', 'v1beta1', 'community', 'communities', CREATE_AND_UPDATE),
  check('ipaddresspoolvalidationwebhook', 'v1beta1', 'ipaddresspool', 'ipaddresspools', CREATE_AND_UPDATE),
  check('l2advertisementvalidationwebhook', 'v1beta1', 'l2advertisement', 'l2advertisements', CREATE_AND_UPDATE),
];

function check(name: string, version: string, singular: string, plural: string, operations: string[]): Check {
  return { name, version, singular, plural, operations };
}

/**
 * MetalLB's ValidatingWebhookConfiguration. Put it into the chart that is applied last: from then on the API server refuses pools
 * until the controller answers. The controller adds its certificate authority, so `caBundle` is not written here; GitOps would keep
 * reverting it.
 *
 * Source: https://github.com/metallb/metallb/tree/v0.16.1/config/webhook
 */
export class MetalLbWebhooks extends Construct {
  constructor(scope: Construct, id: string, props: MetalLbWebhooksProps = {}) {
    super(scope, id);
    new k8s.KubeValidatingWebhookConfiguration(this, 'Resource', {
      metadata: {
        name: METALLB.names.webhookConfiguration,
        annotations: (props.gitOpsAnnotations ?? true) ? LAST_WAVE_ANNOTATIONS : undefined,
      },
      webhooks: CHECKS.map(({ name, version, singular, plural, operations }) => ({
        name: `${name}.metallb.io`,
        admissionReviewVersions: ['v1'],
        clientConfig: {
          service: {
            name: METALLB.names.webhookService,
            namespace: METALLB.namespace,
            path: `/validate-metallb-io-${version}-${singular}`,
          },
        },
        failurePolicy: props.webhook === 'ignore' ? 'Ignore' : 'Fail',
        // the server's default; without it kubectl patches the rules at every apply
        rules: [{ apiGroups: ['metallb.io'], apiVersions: [version], operations, resources: [plural], scope: '*' }],
        sideEffects: 'None',
      })),
    });
  }
}
