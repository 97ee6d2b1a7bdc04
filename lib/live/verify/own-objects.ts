import { App, Chart } from 'cdk8s';
import type { Cluster } from '../../cluster';
import type { Files } from '../../files';
import { synthesize } from '../../kube';
import { METALLB, MetalLb, MetalLbCrds, MetalLbNamespace, MetalLbWebhooks } from '../../metallb';
import { buildApp } from '../../synth';
import type { JsonObject } from './canonical';
import { readManifest } from './manifest';

/** The charts of MetalLB itself, without pools and advertisements. */
const CHARTS = ['00-crds', '10-namespaces', '30-metallb', '90-metallb-webhooks'];

/** MetalLB as the constructs make it without props, which equals upstream's manifest. */
export function defaultObjects(): JsonObject[] {
  const app = new App();
  const chart = new Chart(app, 'metallb', { disableResourceNameHashes: true });
  new MetalLbCrds(chart, 'Crds');
  new MetalLbNamespace(chart, 'Namespace');
  new MetalLb(chart, 'MetalLb');
  new MetalLbWebhooks(chart, 'Webhooks');
  return objectsOf(synthesize(app));
}

/** MetalLB in dist/ of a site. */
export const siteObjects = (cluster: Cluster): JsonObject[] => {
  const files = synthesize(buildApp(cluster));
  const own = new Map([...files].filter(([name]) => CHARTS.includes(name.replace('.k8s.yaml', ''))));
  return objectsOf(own).filter((object) => {
    const { name } = object['metadata'] as { readonly name: string };
    return object['kind'] !== 'Namespace' || name === METALLB.namespace;
  });
};

const objectsOf = (files: Files): JsonObject[] => [...files].flatMap(([name, text]) => readManifest(text, name));
