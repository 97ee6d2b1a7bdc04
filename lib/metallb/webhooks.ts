import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { LAST_WAVE_ANNOTATIONS } from '../kube';
import { METALLB } from '../releases';

/** Whether MetalLB checks pools: it must, it does while it is there, or it never does. */
export type MetalLbWebhookMode = 'fail' | 'ignore' | 'off';

/** Properties for `MetalLbWebhooks`. */
export interface MetalLbWebhooksProps {
  /**
   * What becomes of a pool while MetalLB can't be asked: `fail` refuses it, `ignore` stores it unchecked. `MetalLb` must be told the same.
   *
   * @default 'fail'
   */
  readonly webhook?: Exclude<MetalLbWebhookMode, 'off'>;
  /**
   * Whether Argo CD is told to apply the webhooks after the pools (sync wave 1). It would otherwise order the two by name,
   * and a first sync fails while the controller is still starting.
   *
   * @default - true
   */
  readonly gitOpsAnnotations?: boolean;
}

/** What one webhook checks. */
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
  // The name of the first one differs from the pattern of the others upstream, too.
  check('bgppeersvalidationwebhook', 'v1beta2', 'bgppeer', 'bgppeers', CREATE_AND_UPDATE),
  // A profile that peers still use must stay, so this one checks deletion; MetalLB doesn't check its changes.
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
 * MetalLB's ValidatingWebhookConfiguration, and nothing else. It belongs in the chart that is applied last: from then on the API
 * server refuses pools until the controller answers, so pools that are applied before it make the first apply clean. The
 * controller fills in its certificate authority whenever the object appears; `caBundle` is therefore never written here, where it
 * would only be put back and forth by GitOps.
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
        // scope is what the server fills in; left out, kubectl sends the rules again at every apply
        rules: [{ apiGroups: ['metallb.io'], apiVersions: [version], operations, resources: [plural], scope: '*' }],
        sideEffects: 'None',
      })),
    });
  }
}
