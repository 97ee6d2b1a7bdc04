import type { Cluster } from '../cluster';
import { VIP_LEASE } from '../kube-vip';
import { oneOf } from './alerts';

/** A panel and its query. */
interface Panel {
  readonly title: string;
  readonly expr: string;
  readonly legend: string;
  /** A unit of Grafana. @default 'short' */
  readonly unit?: string;
  /** @default 'timeseries' */
  readonly type?: 'timeseries' | 'stat';
}

const WIDTH = 12;
const HEIGHT = 8;

/** The model of a dashboard; https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/. */
export function dashboardOf(cluster: Cluster): object {
  const datasource = { type: 'prometheus', uid: '$datasource' };
  return {
    uid: `power-safe-k3s-${cluster.name}`.slice(0, 40),
    title: `Power and control plane of ${cluster.name}`,
    schemaVersion: 39,
    time: { from: 'now-24h', to: 'now' },
    refresh: '30s',
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
    panels: panelsOf(cluster).map(({ title, expr, legend, unit = 'short', type = 'timeseries' }, i) => ({
      id: i + 1,
      type,
      title,
      datasource,
      gridPos: { x: (i % 2) * WIDTH, y: Math.floor(i / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
      fieldConfig: { defaults: { unit }, overrides: [] },
      targets: [{ refId: 'A', datasource, expr, legendFormat: legend }],
    })),
  };
}

function panelsOf({ nodes, controlPlane }: Cluster): Panel[] {
  const byUps = '{{ups}}';
  const names = oneOf(nodes);
  return [
    {
      title: 'Flags of the UPS (OL on line, OB on battery, LB low battery)',
      expr: 'network_ups_tools_ups_status{flag=~"OL|OB|LB|RB|FSD|OVER"}',
      legend: '{{ups}} {{flag}}',
    },
    { title: 'Battery charge', expr: 'network_ups_tools_battery_charge', legend: byUps, unit: 'percent' },
    { title: 'Battery runtime', expr: 'network_ups_tools_battery_runtime', legend: byUps, unit: 's' },
    { title: 'Load of the UPS', expr: 'network_ups_tools_ups_load', legend: byUps, unit: 'percent' },
    { title: 'Input voltage', expr: 'network_ups_tools_input_voltage', legend: byUps, unit: 'volt' },
    {
      title: 'NUT pods that are ready',
      expr: 'kube_pod_status_ready{namespace="nut",condition="true"}',
      legend: '{{pod}}',
    },
    {
      title: 'Nodes that are Ready',
      expr: `kube_node_status_condition{condition="Ready",status="true",node=~"${names}"}`,
      legend: '{{node}}',
    },
    ...(controlPlane.provider === 'kube-vip'
      ? [
          {
            title: 'Holder of the control-plane VIP',
            expr: `kube_lease_owner{namespace="kube-system",lease="${VIP_LEASE}"}`,
            legend: '{{lease_holder}}',
          },
        ]
      : []),
    {
      title: 'First certificate that expires',
      expr: 'min by (instance) (k3s_certificate_expiration_seconds)',
      legend: '{{instance}}',
      unit: 's',
      type: 'stat',
    },
    {
      title: 'etcd snapshots in a day',
      expr: 'increase(k3s_etcd_snapshot_save_duration_seconds_count{status="success"}[24h])',
      legend: '{{instance}}',
      type: 'stat',
    },
  ];
}
