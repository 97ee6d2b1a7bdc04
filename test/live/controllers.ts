import { fieldsAt, type KubeObject, listAt, valueAt } from './kube-object';
import type { Place, Store, StoreEvent } from './store';

/** The cluster behind the API server, as far as an apply can see it. */
export interface Behaviour {
  /** From the creation of a definition until it is Established. @default 100 */
  readonly establishMs?: number;
  /** From a new generation of a workload until its pods are ready. @default 100 */
  readonly rolloutMs?: number;
  /** Name of a workload whose pods do not become ready. @default - none */
  readonly stuck?: string;
  /** How many calls of webhooks have no answer at first. @default 0 */
  readonly unansweredCalls?: number;
}

const NODES = 3;

/** Makes definitions Established and pods ready, after the given times. */
export class Controllers {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly store: Store,
    private readonly behaviour: Behaviour,
  ) {
    const { establishMs = 100, rolloutMs = 100 } = behaviour;
    store.watch((event) => {
      const { group, plural } = event.place;
      if (plural === 'customresourcedefinitions' && !isEstablished(event.object)) {
        this.later(establishMs, event, establishedStatus);
      }
      if (group === 'apps' && valueAt(event.object, 'status.observedGeneration') !== event.object.metadata.generation) {
        this.later(rolloutMs, event, (workload) => this.rolledOutStatus(workload));
      }
    });
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** The definitions whose kinds are served. */
  established(): KubeObject[] {
    return this.store.list('apiextensions.k8s.io', 'customresourcedefinitions').filter(isEstablished);
  }

  private later(milliseconds: number, { place }: StoreEvent, statusOf: (object: KubeObject) => object): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.setStatus(place, statusOf);
    }, milliseconds);
    this.timers.add(timer);
  }

  private setStatus(place: Place, statusOf: (object: KubeObject) => object): void {
    const object = this.store.get(place);
    if (object) this.store.put(place, { ...object, status: statusOf(object) });
  }

  /** The fields that `kubectl rollout status` reads. */
  private rolledOutStatus(workload: KubeObject): object {
    const observedGeneration = workload.metadata.generation;
    const isReady = workload.metadata.name !== this.behaviour.stuck;
    if (workload.kind === 'DaemonSet') {
      return {
        observedGeneration,
        desiredNumberScheduled: NODES,
        updatedNumberScheduled: NODES,
        numberAvailable: isReady ? NODES : 0,
      };
    }
    const replicas = valueAt(workload, 'spec.replicas') ?? 1;
    return { observedGeneration, replicas, updatedReplicas: replicas, availableReplicas: isReady ? replicas : 0 };
  }
}

const isEstablished = (definition: KubeObject): boolean => listAt(definition, 'status.conditions').length > 0;

const establishedStatus = (definition: KubeObject): object => ({
  acceptedNames: fieldsAt(definition, 'spec.names'),
  conditions: ['NamesAccepted', 'Established'].map((type) => ({ type, status: 'True' })),
});
