import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { checksum } from '../kube';
import { checkExclusion } from '../network';
import { METALLB } from '../releases';
import { checkImage, checkLoadBalancerClass, checkName, checkRegistry, Faults } from './checks';
import { MetalLbController } from './controller';
import { type MemberlistProfile, type MemberlistSettings, memberlistJson } from './memberlist';
import { MetalLbRbac } from './rbac';
import { MetalLbSpeaker } from './speaker';
import type { MetalLbWebhookMode } from './webhooks';
import { checkInstallWithinApp } from './whole-app';
import type { ImagePullPolicy, MetalLbLogLevel, MetalLbWorkloadProps } from './workload';

const { names, namespace, ports } = METALLB;

/** Images of MetalLB, each a full reference: registry, path and tag or digest. */
export interface MetalLbImages {
  /** @default METALLB.images.controller */
  readonly controller?: string;
  /** @default METALLB.images.speaker */
  readonly speaker?: string;
  /**
   * Registry that mirrors quay.io, such as `registry.lan:5000` or `harbor.lan/quay`, for the images that are not given in full.
   *
   * @default quay.io
   */
  readonly registry?: string;
}

/** Properties for `MetalLb`. With none of them the objects equal those of upstream's native manifest. */
export interface MetalLbProps {
  /**
   * Images to run, for a registry mirror or a digest.
   *
   * @default METALLB.images, at quay.io
   */
  readonly images?: MetalLbImages;
  /**
   * When a node fetches the images.
   *
   * @default - Kubernetes' own for an image with a tag: IfNotPresent
   */
  readonly imagePullPolicy?: ImagePullPolicy;
  /**
   * Names of Secrets in metallb-system with the credentials of the registry.
   *
   * @default - none
   */
  readonly imagePullSecrets?: readonly string[];
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
   * How soon speakers notice that one of them is gone and take its addresses over: a profile, or every setting by itself. A change
   * restarts the speakers, since they read it at start only.
   *
   * @default - no ConfigMap: speakers do what the profile `lan` writes out
   */
  readonly memberlist?: MemberlistProfile | MemberlistSettings;
  /**
   * Interfaces that never answer ARP or NDP, as regular expressions; one match anywhere in the name is enough. It replaces the list, so
   * to add to it write `[...METALLB.excludedInterfaces, '^wg.*']`.
   *
   * @default METALLB.excludedInterfaces, those of containers and virtual machines
   */
  readonly excludeInterfaces?: readonly string[];
  /**
   * Whether MetalLB checks pools before they are stored. `fail` and `ignore` say what happens while it can't be asked, and `MetalLbWebhooks`
   * must be told the same. `off` never checks: then leave `MetalLbWebhooks` out, and use no BGPPeer of version v1beta1, which the same
   * server converts.
   *
   * @default 'fail'
   */
  readonly webhook?: MetalLbWebhookMode;
  /**
   * Whether Prometheus can read the metrics by the annotations of the pods. They are HTTPS and want a token, and upstream's manifest
   * lets controller and speakers check no token; this adds the two rules and says https.
   *
   * @default - false
   */
  readonly metrics?: boolean;
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
   * @throws Error with everything that is wrong: an image without tag or digest, a name Kubernetes would refuse, a pattern or a setting that
   * MetalLB could not read.
   */
  constructor(scope: Construct, id: string, props: MetalLbProps = {}) {
    super(scope, id);
    const { excludeInterfaces = METALLB.excludedInterfaces, webhook = 'fail', metrics = false } = props;
    const faults = new Faults();
    const images = readImages(props.images ?? {}, faults);
    faults.check(
      () =>
        props.loadBalancerClass !== undefined && checkLoadBalancerClass('loadBalancerClass', props.loadBalancerClass),
      ...(props.imagePullSecrets ?? []).map((name) => () => checkName('Secret', name)),
      ...excludeInterfaces.map((pattern) => () => checkExclusion(pattern)),
    );
    const memberlist = faults.attempt(() => props.memberlist && memberlistJson(props.memberlist));
    faults.throwAll();
    const common = {
      logLevel: props.logLevel ?? 'info',
      loadBalancerClass: props.loadBalancerClass,
      imagePullPolicy: props.imagePullPolicy,
      imagePullSecrets: props.imagePullSecrets,
      metrics,
    } as const;
    const excluded = `announcedInterfacesToExclude: [${excludeInterfaces.map((text) => JSON.stringify(text)).join(', ')}]\n`;

    new MetalLbRbac(this, 'Rbac', { metrics });
    this.addConfiguration(excluded, memberlist);
    new MetalLbController(this, 'Controller', {
      ...props.controller,
      ...common,
      image: images.controller,
      webhook: webhook !== 'off',
    });
    new MetalLbSpeaker(this, 'Speaker', {
      ...props.speaker,
      ...common,
      image: images.speaker,
      ignoreExcludeLabel: props.ignoreExcludeLabel ?? false,
      // Upstream's pods have no such annotation, so there is one only for what is not upstream's.
      configChecksum:
        memberlist || props.excludeInterfaces ? checksum({ excluded, memberlist: memberlist ?? '' }) : undefined,
    });
    checkInstallWithinApp(this, { loadBalancerClass: props.loadBalancerClass, excludeInterfaces, webhook });
  }

  private addConfiguration(excluded: string, memberlist: string | undefined): void {
    new k8s.KubeConfigMap(this, 'ExcludeL2', {
      metadata: { name: names.excludeL2Config, namespace },
      data: { 'excludel2.yaml': excluded },
    });
    if (memberlist !== undefined) {
      new k8s.KubeConfigMap(this, 'Memberlist', {
        metadata: { name: names.memberlistConfig, namespace },
        data: { [names.memberlistFile]: memberlist },
      });
    }
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

/** The images, each as given or from the mirror. */
function readImages({ registry, ...given }: MetalLbImages, faults: Faults): { controller: string; speaker: string } {
  faults.check(() => registry !== undefined && checkRegistry(registry));
  const imageOf = (component: 'controller' | 'speaker'): string => {
    const { [component]: image } = given;
    if (image !== undefined) {
      faults.check(() => checkImage(`images.${component}`, image));
      return image;
    }
    const { [component]: own } = METALLB.images;
    return registry === undefined ? own : own.replace(/^[^/]+/, registry);
  };
  return { controller: imageOf('controller'), speaker: imageOf('speaker') };
}
