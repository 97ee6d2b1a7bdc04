import { hostContainer } from '../kube';
import { NUT_EXPORTER_IMAGE } from '../releases';
import type { NutModel } from './model';
import type { NutPrimary } from './pods';

const PORT = 9199;
/** Path of the metrics of one UPS, `?ups=NAME`. */
export const EXPORTER_PATH = '/ups_metrics';
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
    'prometheus.io/path': EXPORTER_PATH,
  };
  for (const [name, value] of Object.entries(annotations)) primary.daemonSet.podMetadata.addAnnotation(name, value);
}
