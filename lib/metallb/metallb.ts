import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { checksum } from '../kube';
import { checkExclusion } from '../network';
import { METALLB } from '../releases';
import { checkImage, checkLoadBalancerClass, checkName, checkRegistry, Faults } from './checks';
import { MetalLbController } from './controller';
import { type MemberlistProfile, type MemberlistSettings, memberlistJson } from './memberlist';
import { type ControllerNetwork, ControllerNetworkPolicy } from './network-policy';
import { MetalLbRbac } from './rbac';
import { MetalLbSpeaker } from './speaker';
import type { MetalLbWebhookMode } from './webhooks';
import { checkInstallWithinApp } from './whole-app';
import type { ImagePullPolicy, MetalLbLogLevel, MetalLbWorkloadProps } from './workload';

const { names, namespace, ports } = METALLB;

/** Images of MetalLB: registry, path and tag or digest. */
export interface MetalLbImages {
  /** @default METALLB.images.controller */
  readonly controller?: string;
  /** @default METALLB.images.speaker */
  readonly speaker?: string;
  /**
   * Mirror of quay.io, such as `registry.lan:5000` or `harbor.lan/quay`, for images that are not given.
   *
   * @default quay.io
   */
  readonly registry?: string;
}

/** Properties for `MetalLb`. Without any the objects equal upstream's native manifest. */
export interface MetalLbProps {
  /**
   * Images, for a registry mirror or a digest.
   *
   * @default METALLB.images, at quay.io
   */
  readonly images?: MetalLbImages;
  /**
   * Image pull policy.
   *
   * @default - Kubernetes' own for an image with a tag: IfNotPresent
   */
  readonly imagePullPolicy?: ImagePullPolicy;
  /**
   * Names of Secrets in metallb-system with registry credentials.
   *
   * @default - none
   */
  readonly imagePullSecrets?: readonly string[];
  /**
   * Log level of controller and speakers.
   *
   * @default - info
   */
  readonly logLevel?: MetalLbLogLevel;
  /**
   * The `spec.loadBalancerClass` that MetalLB serves, such as `metallb.io/metallb`, for a cluster with a second load balancer.
   *
   * @default - none: MetalLB serves LoadBalancer services without a class
   */
  readonly loadBalancerClass?: string;
  /**
   * Whether nodes with the label `node.kubernetes.io/exclude-from-external-load-balancers` answer too. kubeadm and Talos set it on
   * servers, k3s does not.
   *
   * @default - false
   */
  readonly ignoreExcludeLabel?: boolean;
  /**
   * Failure detection among speakers: a profile, or all settings. A change restarts the speakers.
   *
   * @default - no ConfigMap: equal to the profile `lan`
   */
  readonly memberlist?: MemberlistProfile | MemberlistSettings;
  /**
   * Interfaces that do not answer ARP or NDP, as regular expressions that match anywhere in the name. It replaces the default; to
   * extend it write `[...METALLB.excludedInterfaces, '^wg.*']`.
   *
   * @default METALLB.excludedInterfaces, those of containers and virtual machines
   */
  readonly excludeInterfaces?: readonly string[];
  /**
   * Admission webhook. `fail` and `ignore` are its failurePolicy; give `MetalLbWebhooks` the same value. With `off`, do not use
   * `MetalLbWebhooks`, nor BGPPeers of version v1beta1, which the same server converts.
   *
   * @default 'fail'
   */
  readonly webhook?: MetalLbWebhookMode;
  /**
   * Whether Prometheus can scrape the pods by their annotations. The metrics need HTTPS and a token, so this adds the scheme and the two
   * RBAC rules to check tokens, which upstream's manifest lacks.
   *
   * @default - false
   */
  readonly metrics?: boolean;
  /**
   * Networks of the nodes and the API, to limit the connections of the controller by a NetworkPolicy. It needs a network plugin that
   * enforces policies, as k3s has.
   *
   * @default - no NetworkPolicy, as upstream
   */
  readonly controllerNetwork?: ControllerNetwork;
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
 * MetalLB in native mode, without `MetalLbNamespace` and `MetalLbCrds`, which are applied before it, and `MetalLbWebhooks`, applied
 * after it. The namespace is always `metallb-system`. Give the chart no namespace: cdk8s would add it to cluster roles.
 *
 * Source: https://github.com/metallb/metallb/blob/v0.16.1/config/manifests/metallb-native.yaml
 */
export class MetalLb extends Construct {
  /**
   * @throws Error with everything that is wrong: an image that is not pinned, an invalid name, pattern or setting
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
      // only for a configuration that differs from upstream's, whose pods have no such annotation
      configChecksum:
        memberlist || props.excludeInterfaces ? checksum({ excluded, memberlist: memberlist ?? '' }) : undefined,
    });
    if (props.controllerNetwork) {
      new ControllerNetworkPolicy(this, 'NetworkPolicy', { ...props.controllerNetwork, metrics });
    }
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
    // empty: the pod requires it, and the controller adds its certificate
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

/** The images, as given or from the mirror. */
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
