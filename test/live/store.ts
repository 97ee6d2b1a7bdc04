import { randomUUID } from 'node:crypto';
import { isSame, type KubeObject } from './kube-object';

/** Where an object lives. */
export interface Place {
  readonly group: string;
  readonly plural: string;
  readonly namespace: string;
  readonly name: string;
}

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly place: Place;
  readonly object: KubeObject;
  readonly revision: number;
}

/** The objects of the cluster, their revisions, and what happened to them. */
export class Store {
  readonly events: StoreEvent[] = [];
  private readonly objects = new Map<string, { readonly place: Place; readonly object: KubeObject }>();
  private readonly listeners = new Set<(event: StoreEvent) => void>();
  revision = 1;

  get(place: Place): KubeObject | undefined {
    return this.objects.get(keyOf(place))?.object;
  }

  /** Every object of a kind, in all namespaces or in one. */
  list(group: string, plural: string, namespace = ''): KubeObject[] {
    return [...this.objects.values()]
      .filter(({ place }) => place.group === group && place.plural === plural)
      .filter(({ place }) => namespace === '' || place.namespace === namespace)
      .map(({ object }) => object);
  }

  /** Everything that is stored, by its place and without status and revisions: what an apply can change. */
  contents(): Record<string, unknown> {
    const stripped = ({ status: _, ...object }: KubeObject) => withoutRevision(object as KubeObject);
    return Object.fromEntries([...this.objects].map(([key, { object }]) => [key, stripped(object)]));
  }

  /** Everything that is stored, for `load` of another store. */
  dump(): readonly (readonly [Place, KubeObject])[] {
    return [...this.objects.values()].map(({ place, object }) => [place, object] as const);
  }

  load(objects: readonly (readonly [Place, KubeObject])[]): void {
    for (const [place, object] of objects) this.put(place, object);
  }

  /** Stores an object and returns it as it is then. One that changes nothing keeps its revision. */
  put(place: Place, object: KubeObject): KubeObject {
    const before = this.get(place);
    if (before && isSame(withoutRevision(before), withoutRevision(object))) return before;
    const revision = ++this.revision;
    const hasNewSpec = !before || !isSame(before['spec'], object['spec']);
    const stored: KubeObject = {
      ...object,
      metadata: {
        creationTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
        uid: randomUUID(),
        ...object.metadata,
        generation: (before?.metadata.generation ?? 0) + (hasNewSpec ? 1 : 0),
        resourceVersion: String(revision),
      },
    };
    this.objects.set(keyOf(place), { place, object: stored });
    this.tell({ type: before ? 'MODIFIED' : 'ADDED', place, object: stored, revision });
    return stored;
  }

  delete(place: Place): KubeObject | undefined {
    const object = this.get(place);
    if (!object) return undefined;
    this.objects.delete(keyOf(place));
    this.tell({ type: 'DELETED', place, object, revision: ++this.revision });
    return object;
  }

  /** Receives every change until the returned function is called. */
  watch(listener: (event: StoreEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(event: StoreEvent): void {
    this.events.push(event);
    for (const listener of [...this.listeners]) listener(event);
  }
}

const keyOf = ({ group, plural, namespace, name }: Place): string => [group, plural, namespace, name].join('|');

function withoutRevision(object: KubeObject): object {
  const { resourceVersion: _, generation: __, ...metadata } = object.metadata;
  return { ...object, metadata };
}
