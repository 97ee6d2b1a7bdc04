/**
 * Facts of the MetalLB release that this project installs. For another release change this file, imports/metallb.crds.yaml and the
 * golden hashes in test/metallb/.
 *
 * Source: https://github.com/metallb/metallb/blob/v0.16.1/config/manifests/metallb-native.yaml
 */
export const METALLB = {
  /** Release tag, also the tag of both images. */
  version: 'v0.16.1',
  /** The namespace of MetalLB's objects; RBAC names and the CRD conversion contain it. */
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
    /** Secret with the speakers' gossip key; the controller creates it at its first start. */
    memberlistSecret: 'memberlist',
    /** Optional ConfigMap with gossip settings. */
    memberlistConfig: 'metallb-memberlist-config',
    /** Its key. */
    memberlistFile: 'config.json',
    excludeL2Config: 'metallb-excludel2',
  },
  /** Annotations of services. */
  annotations: {
    /** Requested addresses, comma-separated. */
    loadBalancerIPs: 'metallb.io/loadBalancerIPs',
    /** Requested pool. */
    addressPool: 'metallb.io/address-pool',
    /** Services with the same value may share an address. */
    allowSharedIp: 'metallb.io/allow-shared-ip',
    /** Written by the controller. */
    allocatedFrom: 'metallb.io/ip-allocated-from-pool',
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
  /**
   * The gossip defaults of memberlist v0.5.1 for a LAN, which speakers use by default, and its differences for a WAN. Times in ms.
   *
   * Source: https://github.com/hashicorp/memberlist/blob/v0.5.1/config.go, DefaultLANConfig and DefaultWANConfig
   */
  memberlist: {
    lan: {
      TCPTimeout: 10_000,
      IndirectChecks: 3,
      RetransmitMult: 4,
      SuspicionMult: 4,
      SuspicionMaxTimeoutMult: 6,
      PushPullInterval: 30_000,
      ProbeTimeout: 500,
      ProbeInterval: 1_000,
      DisableTcpPings: false,
      AwarenessMaxMultiplier: 8,
      GossipNodes: 3,
      GossipInterval: 200,
      GossipToTheDeadTime: 30_000,
      GossipVerifyIncoming: true,
      GossipVerifyOutgoing: true,
      EnableCompression: true,
      HandoffQueueDepth: 1024,
      UDPBufferSize: 1400,
      QueueCheckInterval: 30_000,
    },
    wan: {
      TCPTimeout: 30_000,
      SuspicionMult: 6,
      PushPullInterval: 60_000,
      ProbeTimeout: 3_000,
      ProbeInterval: 5_000,
      GossipNodes: 4,
      GossipInterval: 500,
      GossipToTheDeadTime: 60_000,
    },
  },
} as const;

/** The label of MetalLB's objects. */
export const METALLB_LABELS: Readonly<Record<string, string>> = { app: 'metallb' };
