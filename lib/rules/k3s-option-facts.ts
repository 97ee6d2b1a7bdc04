/** What makes an option of k3s, or a flag of a program that it starts, unavailable to a site. */
interface Taken {
  readonly names: readonly string[];
  readonly reason: string;
  readonly cure: string;
}

const field = (name: string, where: string): Taken => ({
  names: [name],
  reason: `${where} sets it`,
  cure: `use ${where}`,
});
const REMOVE = 'remove it';

const TAKEN: readonly Taken[] = [
  {
    names: [
      'server',
      'cluster-init',
      'cluster-reset',
      'cluster-reset-restore-path',
      'config',
      'token-file',
      'agent-token-file',
    ],
    reason: 'k3s-ha lets exactly one server bootstrap the cluster, and the others join with one token',
    cure: REMOVE,
  },
  {
    names: ['disable-etcd', 'disable-apiserver', 'disable-controller-manager', 'disable-scheduler', 'disable-agent'],
    reason: 'every server has etcd, the API and pods, as the quorum, the VIP and the shutdown require',
    cure: REMOVE,
  },
  {
    names: ['datastore-endpoint', 'datastore-cafile', 'datastore-certfile', 'datastore-keyfile', 'kine-tls'],
    reason: 'bootstrap, quorum and snapshots are those of embedded etcd',
    cure: REMOVE,
  },
  {
    names: ['data-dir'],
    reason: 'k3s-ha, the commands over ssh and RUNBOOK.md use /var/lib/rancher/k3s',
    cure: 'mount the disk there by /etc/fstab before the first boot',
  },
  {
    names: [
      ...['bind-address', 'advertise-address', 'advertise-port', 'lb-server-port'],
      ...['supervisor-port', 'apiserver-port', 'apiserver-bind-address'],
    ],
    reason: 'the VIP, k3s-ha and the firewall use the usual addresses and ports',
    cure: REMOVE,
  },
  {
    names: ['write-kubeconfig', 'write-kubeconfig-mode', 'write-kubeconfig-group'],
    reason: 'k3s.yaml has the administrator key, and is read as root from its usual place',
    cure: REMOVE,
  },
  {
    names: ['etcd-snapshot-schedule-cron', 'etcd-disable-snapshots', 'etcd-snapshot-dir'],
    reason: 'RUNBOOK.md, the alerts and doctor expect a snapshot every 12 hours in the usual place',
    cure: 'remove it, or use etcd-snapshot-retention',
  },
  {
    names: [
      ...[
        'etcd-s3',
        'etcd-s3-config-secret',
        'etcd-s3-endpoint',
        'etcd-s3-endpoint-ca',
        'etcd-s3-bucket',
        'etcd-s3-region',
      ],
      ...['etcd-s3-bucket-lookup-type', 'etcd-s3-folder', 'etcd-s3-insecure', 'etcd-s3-proxy', 'etcd-s3-retention'],
      ...['etcd-s3-skip-ssl-verify', 'etcd-s3-timeout'],
    ],
    reason: 'k3s ignores the Secret with the keys of S3 beside it',
    cure: 'use k3s.etcdS3, and put further settings into its Secret',
  },
  {
    names: ['kube-controller-arg', 'kube-cloud-controller-arg'],
    reason: 'only the present name is checked',
    cure: 'write kube-controller-manager-arg or kube-cloud-controller-manager-arg',
  },
  { names: ['rootless'], reason: 'the VIP and the shutdown need root', cure: REMOVE },
  field('node-ip', 'nodes[].address'),
  field('node-name', 'nodes[].name'),
  field('with-node-id', 'nodes[].name'),
  field('node-label', 'nodes[].labels'),
  field('node-taint', 'nodes[].taints'),
  field('flannel-iface', 'nodes[].interface or controlPlane.interface'),
  field('cluster-cidr', 'network.pods'),
  field('service-cidr', 'network.services'),
  field('https-listen-port', 'controlPlane.port'),
  field('private-registry', 'k3s.registries'),
];

/** k3s reads `s`, `-server` and `server+` too. */
const OTHER_SPELLING = {
  names: [],
  reason: 'only full names are checked',
  cure: 'write the full name, without dashes before it and a plus after it',
} as const;

/** Why a site cannot set an option, and what to do instead. */
export const takenOption = (key: string): Taken | undefined =>
  /^(?:v|[a-z][a-z0-9-]+)$/.test(key) ? TAKEN.find(({ names }) => names.includes(key)) : OTHER_SPELLING;

const failover = (...names: string[]): Taken => ({
  names,
  reason: 'the failover times are computed from it',
  cure: 'use controlPlane.failover',
});
const SHUTDOWN = { reason: 'the kubelet would not stop pods within the halt budget', cure: REMOVE } as const;

/** Flags by the option that passes them on. `values`: only with such a value. */
export const TAKEN_ARGUMENTS: Readonly<Record<string, readonly (Taken & { readonly values?: RegExp })[]>> = {
  'kubelet-arg': [
    { names: ['config-dir', 'shutdown-grace-period', 'shutdown-grace-period-critical-pods'], ...SHUTDOWN },
    { names: ['feature-gates'], values: /GracefulNodeShutdown\w*=false/i, ...SHUTDOWN },
    failover('node-status-update-frequency'),
    field('hostname-override', 'nodes[].name'),
    field('node-ip', 'nodes[].address'),
    field('node-labels', 'nodes[].labels'),
    field('register-with-taints', 'nodes[].taints'),
  ],
  'kube-controller-manager-arg': [
    failover('node-monitor-grace-period', 'node-monitor-period'),
    {
      names: ['node-cidr-mask-size', 'node-cidr-mask-size-ipv4', 'node-cidr-mask-size-ipv6'],
      reason: 'the size of network.pods is checked for the usual one',
      cure: REMOVE,
    },
  ],
  'kube-apiserver-arg': [failover('default-not-ready-toleration-seconds', 'default-unreachable-toleration-seconds')],
  'etcd-arg': [
    failover('heartbeat-interval', 'election-timeout'),
    {
      names: ['data-dir', 'force-new-cluster', 'initial-cluster', 'initial-cluster-state', 'initial-cluster-token'],
      reason: 'k3s and k3s-ha decide about the members of etcd',
      cure: REMOVE,
    },
  ],
};

/** https://docs.k3s.io/cli/server#critical-configuration-values */
export const CRITICAL: readonly string[] = [
  'cluster-dns',
  'cluster-domain',
  'disable-cloud-controller',
  'disable-helm-controller',
  'disable-kube-proxy',
  'disable-network-policy',
  'egress-selector-mode',
  'embedded-registry',
  'flannel-backend',
  'flannel-external-ip',
  'flannel-ipv6-masq',
  'secrets-encryption',
  'secrets-encryption-provider',
  'servicelb-namespace',
  'supervisor-metrics',
];

/**
 * https://docs.k3s.io/cli/agent, and AgentFlags of pkg/cli/cmds/agent.go as of k3s v1.36.3: options of servers too. `airgap-extra-registry`
 * is hidden in the help.
 */
const OF_NODE: ReadonlySet<string> = new Set(
  `airgap-extra-registry alsologtostderr container-runtime-endpoint debug default-runtime disable-apiserver-lb
  disable-default-registry-endpoint docker enable-pprof flannel-cni-conf flannel-conf image-credential-provider-bin-dir
  image-credential-provider-config image-service-endpoint kube-proxy-arg kubelet-arg log node-external-dns node-external-ip
  node-internal-dns nonroot-devices pause-image prefer-bundled-bin protect-kernel-defaults resolv-conf selinux snapshotter v vmodule
  vpn-auth-file`.split(/\s+/),
);

/** https://docs.k3s.io/cli/server, and ServerFlags of pkg/cli/cmds/server.go as of k3s v1.36.3. */
const OF_SERVER: ReadonlySet<string> = new Set([
  ...CRITICAL,
  ...`default-local-storage-path disable etcd-arg etcd-expose-metrics etcd-snapshot-compress etcd-snapshot-name
  etcd-snapshot-reconcile-interval etcd-snapshot-retention helm-controller-arg helm-job-image kube-apiserver-arg
  kube-cloud-controller-manager-arg kube-controller-manager-arg kube-scheduler-arg service-node-port-range system-default-registry
  tls-san tls-san-security`.split(/\s+/),
]);

/** Whether servers and agents have this option. */
export const ofNode = (key: string): boolean => OF_NODE.has(key);
/** Whether only servers have it. */
export const ofServer = (key: string): boolean => OF_SERVER.has(key);
