/**
 * Every environment variable that kube-vip v1.2.3 reads, with the type it parses the text as:
 * https://github.com/kube-vip/kube-vip/blob/v1.2.3/pkg/kubevip/config_envvar.go.
 * kube-vip ignores unknown names, so this list detects typing errors.
 */
export const KUBE_VIP_ENV = {
  address: 'text',
  annotation: 'text',
  backend_health_check_interval: 'number',
  bgp_as: 'number',
  bgp_enable: 'boolean',
  bgp_hold_time: 'number',
  bgp_keepalive_interval: 'number',
  bgp_multihop: 'boolean',
  bgp_peeraddress: 'text',
  bgp_peeras: 'number',
  bgp_peerpass: 'text',
  bgp_peers: 'text',
  bgp_routerid: 'text',
  bgp_routerinterface: 'text',
  bgp_sourceif: 'text',
  bgp_sourceip: 'text',
  control_plane_health_check_address: 'text',
  control_plane_health_check_ca_path: 'text',
  control_plane_health_check_failure_threshold: 'number',
  control_plane_health_check_period_seconds: 'number',
  control_plane_health_check_timeout_seconds: 'number',
  cp_detect: 'boolean',
  cp_enable: 'boolean',
  cp_namespace: 'text',
  dhcp_backoff_attempts: 'number',
  dhcp_mode: 'text',
  disable_service_updates: 'boolean',
  dns_mode: 'text',
  enable_node_labeling: 'boolean',
  health_check_port: 'number',
  instance_name: 'text',
  k8s_config_file: 'text',
  kubernetes_addr: 'text',
  lb_class_legacy_handling: 'boolean',
  lb_class_name: 'text',
  lb_class_only: 'boolean',
  lb_enable: 'boolean',
  lb_fwdmethod: 'text',
  lb_port: 'number',
  port: 'number',
  prometheus_server: 'text',
  svc_election: 'boolean',
  svc_enable: 'boolean',
  svc_leasename: 'text',
  vip_allow_interface_not_up: 'boolean',
  vip_arp: 'boolean',
  vip_arpRate: 'number',
  vip_ddns: 'boolean',
  vip_interface: 'text',
  vip_leaderelection: 'boolean',
  vip_leaseannotations: 'text',
  vip_leaseduration: 'number',
  vip_leasename: 'text',
  vip_loglevel: 'number',
  vip_loseleadership: 'boolean',
  vip_loseleadership_timeout_seconds: 'number',
  vip_nodename: 'text',
  vip_preserve_on_leadership_loss: 'boolean',
  vip_renewdeadline: 'number',
  vip_retryperiod: 'number',
  vip_skipdad: 'boolean',
  vip_subnet: 'text',
} as const satisfies Readonly<Record<string, 'text' | 'number' | 'boolean'>>;

interface TypeOf {
  text: string;
  number: number;
  boolean: boolean;
}

/** Settings of kube-vip by the names of its environment variables. */
export type KubeVipEnv = { readonly [Name in keyof typeof KUBE_VIP_ENV]?: TypeOf[(typeof KUBE_VIP_ENV)[Name]] };

/**
 * The settings as texts for a container.
 *
 * @throws Error with every setting that kube-vip does not have or cannot parse
 */
export function kubeVipEnvTexts(env: KubeVipEnv): Record<string, string> {
  const known: Readonly<Record<string, string>> = KUBE_VIP_ENV;
  const entries = Object.entries(env).filter(([, value]) => value !== undefined);
  const problems = entries.flatMap(([name, value]) => {
    const wanted = known[name];
    if (wanted === undefined) return [`kube-vip has no setting "${name}"; choose from KUBE_VIP_ENV`];
    const found = typeof value === 'string' ? 'text' : typeof value;
    const fits = wanted === 'number' ? Number.isInteger(value) : found === wanted;
    return fits
      ? []
      : [
          `kube-vip reads "${name}" as a ${wanted === 'number' ? 'whole number' : wanted}, got ${JSON.stringify(value)}; correct the value`,
        ];
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
