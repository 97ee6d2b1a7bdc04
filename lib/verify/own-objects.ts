import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { buildApp } from '../app';
import type { Cluster } from '../cluster/schema';
import { type Files, synthesize } from '../kube/synthesize';
import { METALLB, MetalLb, MetalLbCrds, MetalLbNamespace, MetalLbWebhooks } from '../metallb';
import type { JsonObject } from '../metallb/canonical';

/** The charts that hold MetalLB itself. Pools and advertisements are the site's own and in no manifest of MetalLB's. */
const CHARTS = ['00-crds', '10-namespaces', '30-metallb', '90-metallb-webhooks'];

/** MetalLB as our constructs make it without a single prop, which is meant to equal upstream's manifest. */
export function defaultObjects(): JsonObject[] {
  const app = new App();
  const chart = new Chart(app, 'metallb', { disableResourceNameHashes: true });
  new MetalLbCrds(chart, 'Crds');
  new MetalLbNamespace(chart, 'Namespace');
  new MetalLb(chart, 'MetalLb');
  new MetalLbWebhooks(chart, 'Webhooks');
  return objectsOf(synthesize(app));
}

/** MetalLB as it is in dist/ of a site. */
export const siteObjects = (cluster: Cluster): JsonObject[] => {
  const files = synthesize(buildApp(cluster));
  const own = new Map([...files].filter(([name]) => CHARTS.includes(name.replace('.k8s.yaml', ''))));
  return objectsOf(own).filter((object) => {
    const { name } = object['metadata'] as { readonly name: string };
    return object['kind'] !== 'Namespace' || name === METALLB.namespace;
  });
};

const objectsOf = (files: Files): JsonObject[] => [...files].flatMap(([name, text]) => readManifest(text, name));

/**
 * The Kubernetes objects of a YAML text with one or more documents; a `List` counts as what is in it.
 *
 * @throws Error when it is no YAML, or holds something else
 */
export function readManifest(text: string, file: string): JsonObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${file} is no valid YAML: ${error.message}`);
    const value: unknown = document.toJS();
    if (value === null) return [];
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw new Error(`${file} holds ${JSON.stringify(value)}, which is no Kubernetes object; give a manifest`);
    }
    const object = value as JsonObject;
    return object['kind'] === 'List' && Array.isArray(object['items']) ? (object['items'] as JsonObject[]) : [object];
  });
}
