import type { ServerResponse } from 'node:http';
import type { KubeObject } from './kube-object';
import { groupVersionOf, type Resource } from './resources';
import type { Place, Store } from './store';

/**
 * A list of a kind, or with `watch` a stream of its changes, a JSON line each.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export function watchList(
  store: Store,
  resource: Resource,
  { group, plural, namespace }: Place,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const apiVersion = groupVersionOf(resource);
  const wanted = query.get('fieldSelector')?.match(/(?:^|,)metadata\.name=([^,]+)/)?.[1];
  const isWanted = ({ metadata }: KubeObject) =>
    (wanted === undefined || metadata.name === wanted) && (namespace === '' || metadata.namespace === namespace);
  const items = store.list(group, plural, namespace).filter(isWanted);
  const isWatch = ['true', '1'].includes(query.get('watch') ?? '');
  response.writeHead(200, { 'content-type': 'application/json' });
  if (!isWatch) {
    const metadata = { resourceVersion: String(store.revision) };
    response.end(JSON.stringify({ kind: `${resource.kind}List`, apiVersion, metadata, items }));
    return;
  }
  const write = (type: string, object: object) => response.write(`${JSON.stringify({ type, object })}\n`);
  const since = Number(query.get('resourceVersion') || store.revision);
  if (query.get('sendInitialEvents') === 'true') {
    for (const item of items) write('ADDED', item);
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    write('BOOKMARK', {
      kind: resource.kind,
      apiVersion,
      metadata: { resourceVersion: String(store.revision), annotations },
    });
  } else {
    const missed = store.events.filter(({ place, revision }) => isOfKind(place) && revision > since);
    for (const { type, object } of missed) if (isWanted(object)) write(type, object);
  }
  function isOfKind(place: Place): boolean {
    return place.group === group && place.plural === plural;
  }
  const stop = store.watch(({ type, place, object }) => {
    if (isOfKind(place) && isWanted(object)) write(type, object);
  });
  response.flushHeaders();
  response.on('close', stop);
}
