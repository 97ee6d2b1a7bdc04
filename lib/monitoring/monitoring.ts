import { ApiObject } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import type { Cluster } from '../cluster';
import { EXPORTER_PATH } from '../nut';
import { alertsOf } from './alerts';
import { dashboardOf } from './dashboard';

/**
 * For the Prometheus operator and Grafana: a PodMonitor per UPS, because the exporter reports one UPS per request, a PrometheusRule, and
 * a dashboard in a ConfigMap that Grafana's sidecar finds by its label. Put it into a chart with the namespace of NUT.
 */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, cluster: Cluster) {
    super(scope, id);
    for (const { name, node } of cluster.ups.filter((ups) => ups.node !== undefined)) {
      new ApiObject(this, `Monitor-${name}`, {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PodMonitor',
        metadata: { name: `nut-${name.toLowerCase().replaceAll(/[^a-z0-9.]/g, '-')}` },
        spec: {
          selector: { matchLabels: { 'app.kubernetes.io/component': 'primary', 'app.kubernetes.io/part-of': 'nut' } },
          podMetricsEndpoints: [
            {
              port: 'metrics',
              path: EXPORTER_PATH,
              params: { ups: [name] },
              // a primary serves only the UPSes of its own node
              relabelings: [{ sourceLabels: ['__meta_kubernetes_pod_node_name'], regex: node, action: 'keep' }],
            },
          ],
        },
      });
    }
    new ApiObject(this, 'Rule', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'nut' },
      spec: { groups: [{ name: 'power-safe-k3s', rules: alertsOf(cluster) }] },
    });
    new kplus.ConfigMap(this, 'Dashboard', {
      metadata: { name: 'power-safe-k3s-dashboard', labels: { grafana_dashboard: '1' } },
      data: { 'power-safe-k3s.json': `${JSON.stringify(dashboardOf(cluster), undefined, 2)}\n` },
    });
  }
}
