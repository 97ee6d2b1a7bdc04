import { Chart, Testing } from 'cdk8s';
import type { JsonObject } from '../../lib/live/verify/canonical';
import type { CabledUps, FedNode, NutModel } from '../../lib/nut/model';
import { Nut, type NutProps } from '../../lib/nut/nut';
import { at, find } from '../metallb/support';

const TIMING = { pollFreq: 5, pollFreqAlert: 2, deadTime: 15, hostSync: 15, finalDelay: 0, lease: 20 };
export const ups = (name: string, node: string, driver = 'usbhid-ups'): CabledUps => ({
  name,
  driver,
  port: 'auto',
  node,
  addresses: [`10.0.0.${node.at(-1)}`],
  offDelaySeconds: 120,
});
export const fed = (name: string, ...feeds: string[]): FedNode => ({
  name,
  address: `10.0.0.${name.at(-1)}`,
  feeds: feeds.map((feed) => ({ ups: feed, powerValue: 1 })),
  minSupplies: 1,
  stageSeconds: 5,
  haltSeconds: 60,
});
const MODEL: NutModel = {
  cabled: [ups('ups1', 'srv1')],
  served: [],
  nodes: [fed('srv1', 'ups1'), fed('srv2', 'ups1')],
  port: 3493,
  timing: TIMING,
  armed: true,
  actuator: 'killpowerd',
  killpowerdHash: '0123456789ab',
  tls: false,
};

export function synth(model: Partial<NutModel> = {}, props: Partial<NutProps> = {}): JsonObject[] {
  const chart = new Chart(Testing.app(), 'test', { namespace: 'nut' });
  new Nut(chart, 'Nut', { model: { ...MODEL, ...model }, ...props });
  return Testing.synth(chart) as JsonObject[];
}

export const podOf = (objects: JsonObject[], name: string) =>
  at(find(objects, 'DaemonSet', name), 'spec.template.spec') as JsonObject;
export const pods = (name: string, model?: Partial<NutModel>, props?: Partial<NutProps>) =>
  podOf(synth(model, props), name);
export const container = (pod: JsonObject, name: string) =>
  (pod['containers'] as JsonObject[]).find((candidate) => candidate['name'] === name) ?? {};
export const names = (pod: JsonObject) => (pod['containers'] as JsonObject[]).map((candidate) => candidate['name']);
export const terms = (pod: JsonObject) =>
  at(pod, 'affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms');
export const configuration = (model?: Partial<NutModel>) =>
  find(synth(model), 'ConfigMap', 'nut-config')['data'] as Record<string, string>;
export const checksum = (model?: Partial<NutModel>) =>
  at(find(synth(model), 'DaemonSet', 'nut-secondary'), [
    'spec',
    'template',
    'metadata',
    'annotations',
    'checksum/config',
  ]);
export const hostPaths = (pod: JsonObject) =>
  (pod['volumes'] as { hostPath?: { path: string; type: string } }[]).flatMap(({ hostPath }) => hostPath ?? []);
export const secretKeys = (pod: JsonObject) =>
  (
    at(
      (pod['volumes'] as JsonObject[]).find((volume) => volume['name'] === 'secret'),
      'secret.items',
    ) as { key: string }[]
  ).map(({ key }) => key);
