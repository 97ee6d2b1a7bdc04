import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { METALLB } from '../releases';
import {
  commonArguments,
  envFromField,
  type MetalLbPodProps,
  placement,
  podLabels,
  podMetadata,
  podSecurity,
  probes,
  workloadMetadata,
} from './workload';

const { names, ports } = METALLB;

/** Properties for `MetalLbController`. */
export interface MetalLbControllerProps extends MetalLbPodProps {
  /** Whether it runs the admission webhooks. */
  readonly webhook: boolean;
}

/**
 * The controller assigns addresses to services and validates pools. It has one replica, because it has no leader election; addresses
 * in use stay in use while it is down.
 *
 * Source: https://github.com/metallb/metallb/tree/v0.16.1/config/controllers
 */
export class MetalLbController extends Construct {
  constructor(scope: Construct, id: string, props: MetalLbControllerProps) {
    super(scope, id);
    new k8s.KubeDeployment(this, 'Resource', {
      metadata: workloadMetadata(names.controller),
      spec: {
        revisionHistoryLimit: 3,
        selector: { matchLabels: podLabels(names.controller) },
        template: {
          metadata: podMetadata(names.controller, props),
          spec: {
            ...placement(props, []),
            containers: [container(props)],
            securityContext: podSecurity(props, { fsGroup: 65534, runAsNonRoot: true, runAsUser: 65534 }),
            serviceAccountName: names.controller,
            terminationGracePeriodSeconds: 0,
            volumes: [{ name: 'cert', secret: { secretName: names.webhookSecret, defaultMode: 0o644 } }],
          },
        },
      },
    });
  }
}

const container = (props: MetalLbControllerProps): k8s.Container => ({
  name: 'controller',
  image: props.image,
  imagePullPolicy: props.imagePullPolicy,
  args: [...commonArguments(props), ...(props.webhook ? [] : ['--webhook-mode=disabled'])],
  env: [
    envFromField('METALLB_POD_NAME', 'metadata.name'),
    { name: 'METALLB_ML_SECRET_NAME', value: names.memberlistSecret },
    { name: 'METALLB_DEPLOYMENT', value: names.controller },
  ],
  ports: [
    { name: 'metricshttps', containerPort: ports.metrics, protocol: 'TCP' },
    { name: 'webhook-server', containerPort: ports.webhook, protocol: 'TCP' },
  ],
  ...probes(),
  resources: props.resources,
  securityContext: {
    allowPrivilegeEscalation: false,
    // upstream's spelling; that of the speaker is in upper case
    capabilities: { drop: ['all'] },
    readOnlyRootFilesystem: true,
  },
  volumeMounts: [{ name: 'cert', mountPath: '/tmp/k8s-webhook-server/serving-certs', readOnly: true }],
});
