import type { Changes, InvalidSite } from '../../support/site-input';

const row = (says: string, changes: Changes, ...problems: readonly string[]): InvalidSite => ({
  says,
  changes,
  problems,
});

/** A row for each way to break a rule: options of k3s, labels and taints. */
export const k3s: readonly InvalidSite[] = [
  row(
    'a token in plain text is refused',
    { 'k3s.servers': { token: 'x' } },
    'error k3s.servers.token: k3s-option-secret: token would be a secret in committed files; remove it: k3s reads its token from a file on the host',
  ),
  row(
    'keys of S3 in plain text are refused',
    { 'k3s.servers': { 'etcd-s3-secret-key': 'x' } },
    'error k3s.servers.etcd-s3-secret-key: k3s-option-secret: etcd-s3-secret-key would be a secret in committed files; use k3s.etcdS3, and create its Secret by power-safe-k3s secret s3',
  ),
  row(
    'the credentials of a VPN in plain text are refused',
    { 'k3s.all': { 'vpn-auth': 'x' } },
    'error k3s.all.vpn-auth: k3s-option-secret: vpn-auth would be a secret in committed files; use vpn-auth-file',
  ),
  row(
    'the password of a registry in plain text is refused',
    { 'k3s.registries': { configs: { 'r.lan': { auth: { password: 'x' } }, 'q.lan': { tls: {} } } } },
    'error k3s.registries.configs.r.lan.auth: k3s-option-secret: credentials of a registry would be in committed files; remove auth, and use an imagePullSecret or a mirror without login',
  ),
  row(
    'a server that bootstraps by itself is refused',
    { 'k3s.servers': { 'cluster-init': true } },
    'error k3s.servers.cluster-init: k3s-option-taken: cluster-init is not free: k3s-ha lets exactly one server bootstrap the cluster, and the others join with one token; remove it',
  ),
  row(
    'a short name, and a name with a plus, are refused',
    { 'k3s.servers': { s: 'https://a', 'server+': 'https://b' } },
    ...['s', 'server+'].map(
      (key) =>
        `error k3s.servers.${key}: k3s-option-taken: ${key} is not free: only full names are checked; write the full name, without dashes before it and a plus after it`,
    ),
  ),
  row(
    'another data store is refused',
    { 'k3s.servers': { 'datastore-endpoint': 'postgres://db' } },
    'error k3s.servers.datastore-endpoint: k3s-option-taken: datastore-endpoint is not free: bootstrap, quorum and snapshots are those of embedded etcd; remove it',
  ),
  row(
    'a server without etcd is refused',
    { 'nodes[0].k3s': { 'disable-etcd': true } },
    'error nodes[0].k3s.disable-etcd: k3s-option-taken: disable-etcd is not free: every server has etcd, the API and pods, as the quorum, the VIP and the shutdown require; remove it',
  ),
  row(
    'an option that has a field is refused',
    { 'nodes[0].k3s': { 'node-label': ['a=b'] } },
    'error nodes[0].k3s.node-label: k3s-option-taken: node-label is not free: nodes[].labels sets it; use nodes[].labels',
  ),
  row(
    'another data directory is refused',
    { 'k3s.all': { 'data-dir': '/data' } },
    'error k3s.all.data-dir: k3s-option-taken: data-dir is not free: k3s-ha, the commands over ssh and RUNBOOK.md use /var/lib/rancher/k3s; mount the disk there by /etc/fstab before the first boot',
  ),
  row(
    'a kubeconfig that everyone reads is refused',
    { 'k3s.servers': { 'write-kubeconfig-mode': '0644' } },
    'error k3s.servers.write-kubeconfig-mode: k3s-option-taken: write-kubeconfig-mode is not free: k3s.yaml has the administrator key, and is read as root from its usual place; remove it',
  ),
  row(
    'another schedule of snapshots is refused',
    { 'k3s.servers': { 'etcd-disable-snapshots': true } },
    'error k3s.servers.etcd-disable-snapshots: k3s-option-taken: etcd-disable-snapshots is not free: RUNBOOK.md, the alerts and doctor expect a snapshot every 12 hours in the usual place; remove it, or use etcd-snapshot-retention',
  ),
  row(
    'flags of the kubelet that undo the ordered shutdown are refused',
    {
      'k3s.all': {
        'kubelet-arg': [
          'max-pods=200',
          '--config-dir=/etc/kubelet',
          'feature-gates=GracefulNodeShutdown=false',
          'feature-gates=Other=false',
        ],
      },
    },
    'error k3s.all.kubelet-arg[1]: k3s-option-taken: config-dir of kubelet-arg is not free: the kubelet would not stop pods within the halt budget; remove it',
    'error k3s.all.kubelet-arg[2]: k3s-option-taken: feature-gates of kubelet-arg is not free: the kubelet would not stop pods within the halt budget; remove it',
  ),
  row(
    'flags that change the failover time are refused',
    {
      'k3s.servers': {
        'etcd-arg': 'election-timeout=9000',
        'kube-controller-manager-arg': ['node-monitor-grace-period=9s'],
      },
    },
    'error k3s.servers.kube-controller-manager-arg[0]: k3s-option-taken: node-monitor-grace-period of kube-controller-manager-arg is not free: the failover times are computed from it; use controlPlane.failover',
    'error k3s.servers.etcd-arg: k3s-option-taken: election-timeout of etcd-arg is not free: the failover times are computed from it; use controlPlane.failover',
  ),
  row(
    'an option on which servers agree is refused for one server',
    { 'nodes[0].k3s': { 'secrets-encryption': true } },
    'error nodes[0].k3s.secrets-encryption: k3s-option-critical: all servers must agree on secrets-encryption, and this is one node; set it in k3s.servers',
  ),
  row(
    'an external address of every node is refused',
    { 'k3s.all': { 'node-external-ip': '203.0.113.7' } },
    'error k3s.all.node-external-ip: k3s-option-of-node: node-external-ip is the address of one node; set it in k3s of each node',
  ),
  row(
    'an option of servers is refused for agents',
    { 'k3s.agents': { disable: 'traefik' } },
    'error k3s.agents.disable: k3s-option-of-server: disable is an option of servers, with which an agent does not start; set it in k3s.servers',
  ),
  row(
    'an option of servers is refused for every node of a site with agents',
    { 'k3s.all': { 'tls-san': 'a.lan' } },
    'error k3s.all.tls-san: k3s-option-of-server: tls-san is an option of servers, with which an agent does not start; set it in k3s.servers',
  ),
  row(
    'an unknown option is reported',
    { 'k3s.servers': { 'secret-encryption': true } },
    'warning k3s.servers.secret-encryption: k3s-option-unknown: k3s documents no option "secret-encryption"; correct it, unless your release of k3s has it',
  ),
  row(
    'Traefik on every node needs the Traefik of k3s',
    {
      'loadBalancer.traefik': true,
      'k3s.servers': { disable: ['local-storage,traefik'], 'disable-helm-controller': true },
    },
    'error k3s.servers.disable: k3s-option-conflict: loadBalancer.traefik needs the Traefik of k3s; remove it, or loadBalancer.traefik',
    'error k3s.servers.disable-helm-controller: k3s-option-conflict: loadBalancer.traefik needs the Helm controller of k3s; remove it, or loadBalancer.traefik',
  ),
  row(
    'settings of S3 beside its Secret are refused',
    { 'k3s.servers': { 'etcd-s3-bucket': 'b' } },
    'error k3s.servers.etcd-s3-bucket: k3s-option-taken: etcd-s3-bucket is not free: k3s ignores the Secret with the keys of S3 beside it; use k3s.etcdS3, and put further settings into its Secret',
  ),
  row(
    'an endpoint of S3 with a scheme is refused',
    { 'k3s.etcdS3': { bucket: 'b', endpoint: 'https://s3.lan' } },
    'error k3s.etcdS3.endpoint: bad-name: "https://s3.lan" is not valid here; use HOST or HOST:PORT, without https://',
  ),
  row(
    'S3 with a k3s that may not read its Secret is refused',
    { 'k3s.etcdS3': { bucket: 'b' }, 'versions.k3s': 'v1.30.9+k3s1' },
    'error versions.k3s: etcd-s3-too-old: k3s v1.30.9+k3s1 may not read the settings of S3 from a Secret; use v1.31 or newer, or remove k3s.etcdS3',
    'warning versions.k3s: kubelet-too-old: k3s v1.30.9+k3s1 does not read server/99-shutdown.conf, so a node that halts stops all its pods at once; use v1.32 or newer',
  ),
  row(
    'a value with a blank is refused on k3OS',
    { 'k3s.all': { 'resolv-conf': '/etc/my resolv.conf' } },
    'error k3s.all.resolv-conf: k3os-blank: a value of resolv-conf has a blank, at which k3OS divides its arguments; remove the blank, or list the other systems in os',
  ),
  row(
    'an option with a number in a list is refused',
    { 'k3s.all': { 'kubelet-arg': [5] } },
    'error k3s.all.kubelet-arg[0]: bad-type: entry 1 is 5; use a text (quote it)',
  ),
  row(
    'an unknown backend of flannel is refused',
    { 'k3s.servers': { 'flannel-backend': 'ipsec' } },
    'error k3s.servers.flannel-backend: bad-value: "flannel-backend" is "ipsec"; use vxlan, host-gw, wireguard-native or none',
  ),
  row(
    'the label of a UPS cable is refused',
    { 'nodes[0].labels': { 'ups-device': 'ups1' } },
    'error nodes[0].labels.ups-device: label-taken: label ups-device is not free: ups[].node sets it, and the pods of NUT follow it; remove it',
  ),
  row(
    'a label that the kubelet refuses is refused',
    {
      'nodes[3].labels': {
        'node-role.kubernetes.io/worker': 'yes',
        'topology.kubernetes.io/zone': 'a',
        'node.kubernetes.io/x': 'y',
      },
    },
    'error nodes[3].labels.node-role.kubernetes.io/worker: label-reserved: the kubelet refuses label node-role.kubernetes.io/worker, of a domain of Kubernetes; use a domain of your own, or kubectl label',
  ),
  row(
    'a label without a valid key is refused',
    { 'nodes[3].labels': { 'a b': 'c' } },
    'error nodes[3].labels.a b: bad-label: "a b" is not valid here; use a name or domain/name such as example.org/rack',
  ),
  row(
    'a label with a number is refused',
    { 'nodes[3].labels': { rack: 1 } },
    'error nodes[3].labels.rack: bad-type: "rack" is 1; use a text (quote it)',
  ),
  row(
    'a taint without an effect is refused',
    { 'nodes[3].taints': ['dedicated=build'] },
    'error nodes[3].taints[0]: bad-taint: "dedicated=build" is not valid here; use KEY=VALUE:EFFECT, with NoSchedule, PreferNoSchedule or NoExecute',
  ),
  row(
    'an advertisement of nodes that MetalLB ignores is refused',
    {
      'nodes[0].labels': { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' },
      'loadBalancer.advertisements[0].nodes': ['k3s-1'],
    },
    'error loadBalancer: no-node-announces: MetalLB ignores every node of advertisement "lan" (k3s-1) by the label node.kubernetes.io/exclude-from-external-load-balancers; remove the label from one of them, or add a node',
  ),
  row(
    "taints on every node that MetalLB's controller does not tolerate are refused",
    {
      'nodes[0].taints': ['dedicated=x:NoSchedule'],
      'nodes[1].taints': ['dedicated=x:NoSchedule'],
      'nodes[2].taints': ['dedicated=x:NoSchedule'],
      'nodes[3].taints': ['dedicated=x:NoSchedule'],
    },
    "error nodes: no-node-schedules: every node has a taint that MetalLB's controller and Traefik do not tolerate; remove the taints of one node",
  ),
];
