import { type Cluster, quorumOf, serversOf } from '../cluster';
import { VIP_LEASE } from '../kube-vip';
import { RENEWAL_DAYS, SNAPSHOT_HOURS } from '../machines';
import { type PowerPlan, powerPlan } from '../power';

/** An alert of a PrometheusRule; https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Rule. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: 'warning' | 'critical' };
  readonly annotations: { readonly summary: string; readonly description: string };
}

/** Alerts and panels select by these names. */
export const oneOf = (items: readonly { readonly name: string }[]): string =>
  items.map(({ name }) => name.replaceAll('.', '\\\\.')).join('|');

/**
 * An alert for every row of doctor that a metric shows. Sources: nut_exporter; kube-state-metrics; k3s, which adds its own metrics to
 * those of the kubelet: https://github.com/k3s-io/k3s/tree/master/pkg/certmonitor and pkg/etcd/snapshotmetrics.go.
 */
export const alertsOf = (cluster: Cluster): Alert[] => [
  ...upsAlerts(),
  ...powerPlan(cluster).upses.flatMap(alertsOfUps),
  ...nutAlerts(cluster),
  ...clusterAlerts(cluster),
];

const alert = (
  name: string,
  expr: string,
  duration: string,
  severity: 'warning' | 'critical',
  summary: string,
  description: string,
): Alert => ({ alert: name, expr, for: duration, labels: { severity }, annotations: { summary, description } });

const flag = (name: string): string => `network_ups_tools_ups_status{flag="${name}"} == 1`;

const upsAlerts = (): Alert[] => [
  alert(
    'UpsOnBattery',
    flag('OB'),
    '30s',
    'warning',
    '{{ $labels.ups }} is on battery',
    'The cluster shuts down at low battery or at the limit of the early shutdown.',
  ),
  alert(
    'UpsLowBattery',
    flag('LB'),
    '0s',
    'critical',
    '{{ $labels.ups }} has low battery',
    'The forced shutdown (FSD) starts.',
  ),
  alert(
    'UpsReplaceBattery',
    flag('RB'),
    '1h',
    'warning',
    'replace the battery of {{ $labels.ups }}',
    'Measure the runtime afterwards and write it into cluster.yaml; see RUNBOOK.md.',
  ),
  alert(
    'UpsOverloaded',
    flag('OVER'),
    '1m',
    'critical',
    '{{ $labels.ups }} is overloaded',
    'Reduce its output: on battery it would run for less than the measured time.',
  ),
];

function alertsOfUps({ ups: { name, node }, runtimeNeededSeconds }: PowerPlan['upses'][number]): Alert[] {
  if (node === undefined) return [];
  const of = `ups="${name}"`;
  return [
    alert(
      'UpsUnseen',
      `absent(network_ups_tools_ups_status{${of},flag="OL"})`,
      '5m',
      'critical',
      `no metrics of ${name}`,
      `nut_exporter or upsd on ${node} does not answer; inspect the logs of nut-primary on that node.`,
    ),
    alert(
      'UpsRuntimeShort',
      `network_ups_tools_battery_runtime{${of}} < ${runtimeNeededSeconds} and on (ups) network_ups_tools_ups_status{${of},flag="OL"} == 1`,
      '12h',
      'critical',
      `the battery of ${name} lasts {{ $value }} s`,
      `A shutdown needs ${runtimeNeededSeconds} s from low battery. Replace the battery or reduce the load.`,
    ),
  ];
}

function nutAlerts({ nodes }: Cluster): Alert[] {
  const fed = nodes.filter(({ ups }) => ups.length > 0);
  return [
    alert(
      'PowerOffNotReady',
      'kube_pod_status_ready{namespace="nut",condition="true"} == 0',
      '10m',
      'critical',
      'the node of {{ $labels.pod }} is not ready for a power failure',
      'Its container "second" logs the reason, such as killpowerd not running.',
    ),
    alert(
      'NutPodMissing',
      `count(count by (node) (kube_pod_info{namespace="nut",pod=~"nut-(primary|secondary).*",node=~"${oneOf(fed)}"})) < ${fed.length}`,
      '10m',
      'critical',
      `{{ $value }} of ${fed.length} nodes have a NUT pod`,
      'The others may lose power while they run; describe the DaemonSets in namespace nut.',
    ),
  ];
}

function clusterAlerts(cluster: Cluster): Alert[] {
  const { nodes, versions, controlPlane } = cluster;
  const servers = serversOf(cluster);
  const quorum = quorumOf(servers.length);
  const ready = (some: Cluster['nodes']) =>
    `kube_node_status_condition{condition="Ready",status="true",node=~"${oneOf(some)}"}`;
  const snapshots = 'k3s_etcd_snapshot_save_duration_seconds_count';
  return [
    alert(
      'KubeStateMetricsMissing',
      'absent(kube_node_info)',
      '15m',
      'warning',
      'Prometheus has no metrics of kube-state-metrics',
      'The alerts about nodes and pods cannot fire without them.',
    ),
    alert(
      'NodeNotReady',
      `${ready(nodes)} == 0`,
      '10m',
      'warning',
      '{{ $labels.node }} is not Ready',
      'Switch it on; systemctl status k3s on it says more.',
    ),
    alert(
      'NodeMissing',
      `count(kube_node_info{node=~"${oneOf(nodes)}"}) < ${nodes.length}`,
      '10m',
      'warning',
      `{{ $value }} of ${nodes.length} nodes are in the cluster`,
      'Install and start the others as in hosts/README.md.',
    ),
    ...(servers.length > quorum
      ? [
          alert(
            'QuorumAtRisk',
            `sum(${ready(servers)}) <= ${quorum}`,
            '5m',
            'critical',
            `{{ $value }} of ${servers.length} servers are Ready, quorum is ${quorum}`,
            'Start the missing servers before another one fails.',
          ),
        ]
      : []),
    alert(
      'K3sVersionDiffers',
      `kube_node_info{node=~"${oneOf(nodes)}",kubelet_version!="${versions.k3s}"}`,
      '1d',
      'warning',
      '{{ $labels.node }} runs {{ $labels.kubelet_version }}',
      `Install ${versions.k3s}, which cluster.yaml names.`,
    ),
    ...(controlPlane.provider === 'kube-vip'
      ? [
          alert(
            'VipNotHeld',
            `time() - kube_lease_renew_time{namespace="kube-system",lease="${VIP_LEASE}"} > ${4 * controlPlane.lease.durationSeconds}`,
            '1m',
            'critical',
            'no server holds the control-plane VIP',
            `The lease ${VIP_LEASE} is not renewed; see "kubectl cannot connect" in RUNBOOK.md.`,
          ),
        ]
      : []),
    alert(
      'CertificateExpires',
      `min by (instance, subject) (k3s_certificate_expiration_seconds) < ${RENEWAL_DAYS * 86_400}`,
      '1h',
      'warning',
      'a certificate on {{ $labels.instance }} has {{ $value | humanizeDuration }} left',
      'It is {{ $labels.subject }}. Restart k3s on the server, which renews it.',
    ),
    alert(
      'EtcdSnapshotLate',
      `increase(${snapshots}{status="success"}[${2 * SNAPSHOT_HOURS}h]) == 0`,
      '1h',
      'warning',
      'no etcd snapshot on {{ $labels.instance }} for a day',
      'On this server: k3s etcd-snapshot save. Its log says why none is made.',
    ),
    alert(
      'EtcdSnapshotFailed',
      `increase(${snapshots}{status!="success"}[${SNAPSHOT_HOURS}h]) > 0`,
      '0s',
      'warning',
      'an etcd snapshot failed on {{ $labels.instance }}',
      'journalctl -u k3s on this server says why.',
    ),
  ];
}
