import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from './kube-object';

/** Where an object is stored. */
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
}

/** The objects of the cluster and their revisions. */
export class Store {
  private readonly objects = new Map<string, readonly [Place, KubeObject]>();
  private readonly listeners = new Set<(event: StoreEvent) => void>();
  revision = 1;

  get(place: Place): KubeObject | undefined {
    return this.objects.get(keyOf(place))?.[1];
  }

  /** Every object of a kind, in all namespaces or in one. */
  list(group: string, plural: string, namespace = ''): KubeObject[] {
    return this.dump()
      .filter(([place]) => place.group === group && place.plural === plural)
      .filter(([place]) => namespace === '' || place.namespace === namespace)
      .map(([, object]) => object);
  }

  /** Everything that is stored, for `load` of another store. */
  dump(): (readonly [Place, KubeObject])[] {
    return [...this.objects.values()];
  }

  load(objects: readonly (readonly [Place, KubeObject])[]): void {
    for (const [place, object] of objects) this.put(place, object);
  }

  /** Stores an object and returns it with what the system sets. */
  put(place: Place, object: KubeObject): KubeObject {
    const before = this.get(place);
    const {
      uid,
      creationTimestamp,
      generation = 0,
    } = before?.metadata ?? { uid: randomUUID(), creationTimestamp: now() };
    const isNewSpec = !before || !isDeepStrictEqual(before['spec'], object['spec']);
    const stored: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid,
        creationTimestamp,
        generation: generation + (isNewSpec ? 1 : 0),
        resourceVersion: String(++this.revision),
      },
    };
    this.objects.set(keyOf(place), [place, stored]);
    for (const listener of [...this.listeners])
      listener({ type: before ? 'MODIFIED' : 'ADDED', place, object: stored });
    return stored;
  }

  /** Deletes an object, and with a namespace or a definition what is in it. */
  delete(place: Place, object: KubeObject): void {
    const isInside = (other: Place): boolean => {
      if (object.kind === 'Namespace') return other.namespace === object.metadata.name;
      return object.kind === 'CustomResourceDefinition' && `${other.plural}.${other.group}` === object.metadata.name;
    };
    for (const [at, one] of this.dump()) {
      if (keyOf(at) !== keyOf(place) && !isInside(at)) continue;
      this.objects.delete(keyOf(at));
      this.revision++;
      for (const listener of [...this.listeners]) listener({ type: 'DELETED', place: at, object: one });
    }
  }

  /** Receives every change until the returned function is called. */
  watch(listener: (event: StoreEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const keyOf = ({ group, plural, namespace, name }: Place): string => [group, plural, namespace, name].join('|');

/** In seconds, as Kubernetes has its times. */
const now = (): string => new Date().toISOString().replace(/\.\d+/, '');
