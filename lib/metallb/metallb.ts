import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { checkImage, checkLoadBalancerClass } from './checks';
import { MetalLbController } from './controller';
import { MetalLbRbac } from './rbac';
import { MetalLbSpeaker } from './speaker';
import { METALLB } from './version';
import type { MetalLbLogLevel, MetalLbWorkloadProps } from './workload';

const { names, namespace, ports } = METALLB;

/** Images of MetalLB, each a full reference: registry, path and tag or digest. */
export interface MetalLbImages {
  /** @default - quay.io/metallb/controller:v0.16.1 */
  readonly controller?: string;
  /** @default - quay.io/metallb/speaker:v0.16.1 */
  readonly speaker?: string;
}

/** Properties for `MetalLb`. With none of them the objects equal those of upstream's native manifest. */
export interface MetalLbProps {
  /**
   * Images to run, for a registry mirror or a digest.
   *
   * @default - the images of MetalLB v0.16.1 at quay.io
   */
  readonly images?: MetalLbImages;
  /**
   * How much controller and speakers log.
   *
   * @default - info
   */
  readonly logLevel?: MetalLbLogLevel;
  /**
   * The `spec.loadBalancerClass` MetalLB serves, for a cluster with a second load balancer. Such as `metallb.io/metallb`.
   *
   * @default - none: MetalLB serves every LoadBalancer service without a class
   */
  readonly loadBalancerClass?: string;
  /**
   * Whether nodes with the label `node.kubernetes.io/exclude-from-external-load-balancers` answer for addresses all the same.
   * kubeadm and Talos put that label on servers, k3s doesn't; MetalLB passes over such nodes without a word.
   *
   * @default - false
   */
  readonly ignoreExcludeLabel?: boolean;
  /**
   * Settings of the controller.
   *
   * @default - as upstream
   */
  readonly controller?: MetalLbWorkloadProps;
  /**
   * Settings of the speakers.
   *
   * @default - as upstream
   */
  readonly speaker?: MetalLbWorkloadProps;
}

/**
 * MetalLB in its native mode, without what has to be applied before or after it: the namespace (`MetalLbNamespace`), the
 * definitions (`MetalLbCrds`) and the webhooks (`MetalLbWebhooks`). The namespace is always `metallb-system`; give the chart no
 * namespace of its own, which cdk8s would write on cluster roles as well.
 *
 * Source: https://github.com/metallb/metallb/blob/v0.16.1/config/manifests/metallb-native.yaml
 */
export class MetalLb extends Construct {
  /**
   * @throws Error when an image has no tag or digest, or the load balancer class is no name Kubernetes takes.
   */
  constructor(scope: Construct, id: string, props: MetalLbProps = {}) {
    super(scope, id);
    const images = {
      controller: props.images?.controller ?? METALLB.images.controller,
      speaker: props.images?.speaker ?? METALLB.images.speaker,
    };
    checkImage('images.controller', images.controller);
    checkImage('images.speaker', images.speaker);
    if (props.loadBalancerClass !== undefined) checkLoadBalancerClass(props.loadBalancerClass);
    const common = { logLevel: props.logLevel ?? 'info', loadBalancerClass: props.loadBalancerClass } as const;

    new MetalLbRbac(this, 'Rbac');
    this.addConfiguration();
    new MetalLbController(this, 'Controller', { ...props.controller, ...common, image: images.controller });
    new MetalLbSpeaker(this, 'Speaker', {
      ...props.speaker,
      ...common,
      image: images.speaker,
      ignoreExcludeLabel: props.ignoreExcludeLabel ?? false,
    });
  }

  private addConfiguration(): void {
    const patterns = METALLB.excludedInterfaces.map((pattern) => JSON.stringify(pattern)).join(', ');
    new k8s.KubeConfigMap(this, 'ExcludeL2', {
      metadata: { name: names.excludeL2Config, namespace },
      data: { 'excludel2.yaml': `announcedInterfacesToExclude: [${patterns}]\n` },
    });
    // Empty on purpose: the pod can't start without it, and the controller fills in the certificate it makes.
    new k8s.KubeSecret(this, 'WebhookCertificate', { metadata: { name: names.webhookSecret, namespace } });
    new k8s.KubeService(this, 'WebhookService', {
      metadata: { name: names.webhookService, namespace },
      spec: {
        ports: [{ port: 443, targetPort: k8s.IntOrString.fromNumber(ports.webhook), protocol: 'TCP' }],
        selector: { component: names.controller },
      },
    });
  }
}
