import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { hostContainer } from '../kube';
import { NUT_EXPORTER_IMAGE } from '../releases';
import type { NutModel } from './model';
import type { NutPrimary } from './pods';

const PORT = 9199;
const PATH = '/ups_metrics';
/** Variables for alerts and dashboards; the exporter's default lacks battery.runtime. */
const VARIABLES = ['battery.charge', 'battery.runtime', 'input.voltage', 'ups.load', 'ups.status'];

/** Adds nut_exporter to the pods of a primary: port 9199, `/ups_metrics?ups=NAME`. */
export function addExporter(primary: NutPrimary, model: NutModel, image = NUT_EXPORTER_IMAGE): void {
  const args = [
    '--nut.server=127.0.0.1',
    ...(model.port === 3493 ? [] : [`--nut.serverport=${model.port}`]),
    `--nut.vars_enable=${VARIABLES.join(',')}`,
    `--web.listen-address=:${PORT}`,
  ];
  primary.daemonSet.addContainer(
    hostContainer({
      name: 'exporter',
      image,
      args,
      ports: [{ name: 'metrics', number: PORT }],
      cpuMillis: 5,
      memoryMebibytes: 16,
      memoryLimitMebibytes: 64,
    }),
  );
  const annotations = {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(PORT),
    'prometheus.io/path': PATH,
  };
  for (const [name, value] of Object.entries(annotations)) primary.daemonSet.podMetadata.addAnnotation(name, value);
}

/** An alert of a PrometheusRule; https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Rule. */
interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: 'warning' | 'critical' };
  readonly annotations: { readonly summary: string; readonly description: string };
}

/**
 * For the Prometheus operator: a PodMonitor per UPS, because the exporter reports one UPS per request, and a PrometheusRule with alerts
 * for power failures.
 */
export class NutAlerts extends Construct {
  constructor(scope: Construct, id: string, model: NutModel) {
    super(scope, id);
    for (const { name } of model.cabled) {
      new ApiObject(this, `Monitor-${name}`, {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PodMonitor',
        metadata: { name: `nut-${name.toLowerCase().replaceAll(/[^a-z0-9.]/g, '-')}` },
        spec: {
          selector: { matchLabels: { 'app.kubernetes.io/component': 'primary', 'app.kubernetes.io/part-of': 'nut' } },
          podMetricsEndpoints: [
            { port: 'metrics', path: PATH, params: { ups: [name] }, relabelings: onlyOn(model, name) },
          ],
        },
      });
    }
    new ApiObject(this, 'Rule', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'nut' },
      spec: { groups: [{ name: 'nut', rules: alerts(model) }] },
    });
  }
}

/** A primary serves only the UPSes of its own node. */
const onlyOn = ({ cabled }: NutModel, upsName: string) => [
  {
    sourceLabels: ['__meta_kubernetes_pod_node_name'],
    regex: cabled.find(({ name }) => name === upsName)?.node ?? '',
    action: 'keep',
  },
];

function alerts({ cabled }: NutModel): Alert[] {
  const flag = (name: string) => `network_ups_tools_ups_status{flag="${name}"} == 1`;
  const alert = (
    name: string,
    expr: string,
    duration: string,
    severity: 'warning' | 'critical',
    summary: string,
    description: string,
  ): Alert => ({ alert: name, expr, for: duration, labels: { severity }, annotations: { summary, description } });
  return [
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
    ...cabled.map(({ name, node }) =>
      alert(
        `UpsUnseen`,
        `absent(network_ups_tools_ups_status{ups="${name}",flag="OL"})`,
        '5m',
        'critical',
        `no metrics of ${name}`,
        `nut_exporter or upsd on ${node} does not answer; inspect the logs of nut-primary on that node.`,
      ),
    ),
    alert(
      'PowerOffNotReady',
      'kube_pod_status_ready{namespace="nut",condition="true"} == 0',
      '10m',
      'critical',
      'the node of {{ $labels.pod }} is not ready for a power failure',
      'Its container "second" logs the reason, such as killpowerd not running. Needs kube-state-metrics.',
    ),
  ];
}
