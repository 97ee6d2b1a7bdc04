/**
 * The facts of the MetalLB release this project installs, each stated once. A later release changes this file, the schemas in
 * imports/metallb.crds.yaml and the golden hashes in test/metallb/.
 *
 * Source: https://github.com/metallb/metallb/blob/v0.16.1/config/manifests/metallb-native.yaml
 */
export const METALLB = {
  /** Release tag, also the tag of both images. */
  version: 'v0.16.1',
  /** The namespace MetalLB reads its own objects from. RBAC names and the CRD conversion stanza carry it, so it is fixed. */
  namespace: 'metallb-system',
  images: {
    controller: 'quay.io/metallb/controller:v0.16.1',
    speaker: 'quay.io/metallb/speaker:v0.16.1',
  },
  ports: {
    /** Metrics of controller and speaker, HTTPS. */
    metrics: 9120,
    /** Gossip among speakers, TCP and UDP, on the addresses of the nodes. */
    memberlist: 7946,
    /** The controller's webhook server. */
    webhook: 9443,
    /** Liveness and readiness of controller and speaker. */
    health: 17472,
  },
  names: {
    controller: 'controller',
    speaker: 'speaker',
    podLister: 'pod-lister',
    controllerClusterRole: 'metallb-system:controller',
    speakerClusterRole: 'metallb-system:speaker',
    webhookService: 'metallb-webhook-service',
    webhookSecret: 'metallb-webhook-cert',
    webhookConfiguration: 'metallb-webhook-configuration',
    /** Secret with the speakers' gossip key. The controller makes it at its first start; it is in no manifest. */
    memberlistSecret: 'memberlist',
    /** ConfigMap that tunes the gossip. Optional: speakers use their defaults without it. */
    memberlistConfig: 'metallb-memberlist-config',
    excludeL2Config: 'metallb-excludel2',
  },
  /** Interfaces that never answer ARP or NDP, as regular expressions: those of containers and virtual machines. */
  excludedInterfaces: [
    '^docker.*',
    '^cbr.*',
    '^dummy.*',
    '^virbr.*',
    '^lxcbr.*',
    '^veth.*',
    '^lo$',
    '^cali.*',
    '^tunl.*',
    '^flannel.*',
    '^kube-ipvs.*',
    '^cni.*',
    '^nodelocaldns.*',
    '^lxc.*',
  ],
} as const;

/** The label every object of MetalLB that can have one carries. */
export const METALLB_LABELS: Readonly<Record<string, string>> = { app: 'metallb' };
