import type { ServerResponse } from 'node:http';
import type { KubeObject } from './kube-object';
import { notEmulated } from './refusal';
import { groupVersionOf, type Resource } from './resources';
import type { Place, Store } from './store';

/**
 * Streams the objects of a kind, a bookmark, and then every change, a JSON line each. kubectl asks for no other watch.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists
 */
export function watch(
  store: Store,
  resource: Resource,
  { group, plural, namespace }: Place,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  if (query.get('sendInitialEvents') !== 'true') throw notEmulated('watches without initial events');
  const wanted = query.get('fieldSelector')?.match(/^metadata\.name=(.+)$/)?.[1];
  const isWanted = ({ metadata }: KubeObject) =>
    (wanted === undefined || metadata.name === wanted) && (namespace === '' || metadata.namespace === namespace);
  const write = (type: string, object: object) => response.write(`${JSON.stringify({ type, object })}\n`);

  response.writeHead(200, { 'content-type': 'application/json' });
  for (const object of store.list(group, plural, namespace).filter(isWanted)) write('ADDED', object);
  write('BOOKMARK', {
    kind: resource.kind,
    apiVersion: groupVersionOf(resource),
    metadata: { resourceVersion: String(store.revision), annotations: { 'k8s.io/initial-events-end': 'true' } },
  });
  const stop = store.watch(({ type, place, object }) => {
    if (place.group === group && place.plural === plural && isWanted(object)) write(type, object);
  });
  response.on('close', stop);
}
