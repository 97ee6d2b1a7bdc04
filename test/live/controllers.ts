import { containersOf, fieldsAt, isFields, type KubeObject, listAt } from './kube-object';
import type { Place, Store } from './store';

export interface Delays {
  /** From the creation of a definition until its kind is served. @default 100 */
  readonly establishMs?: number;
  /** From the creation of a workload until its pods are ready. @default 100 */
  readonly rolloutMs?: number;
  /** From ready pods until the webhook behind them answers, which needs its certificates. @default 500 */
  readonly webhookMs?: number;
}

const NODES = 3;

/**
 * What acts behind an API server, as far as a first apply can see it: definitions become Established, pods become ready once the
 * Secrets and ConfigMaps they mount are there, and MetalLB's controller makes the Secret memberlist.
 */
export class Controllers {
  private readonly readySince = new Map<string, number>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly delays: Required<Delays>;

  constructor(
    private readonly store: Store,
    delays: Delays,
  ) {
    this.delays = { establishMs: 100, rolloutMs: 100, webhookMs: 500, ...delays };
    store.watch(({ type, place }) => {
      if (type === 'DELETED') return;
      const { group, plural } = place;
      if (group === 'apiextensions.k8s.io' && type === 'ADDED')
        this.later(this.delays.establishMs, () => this.establish(place));
      if (group === 'apps') this.later(this.delays.rolloutMs, () => this.rollOut(place));
      if (group === '' && (plural === 'secrets' || plural === 'configmaps')) {
        this.later(this.delays.rolloutMs, () => this.rollOutAll());
      }
    });
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** The definitions whose kinds are served. */
  established(): KubeObject[] {
    return this.store
      .list('apiextensions.k8s.io', 'customresourcedefinitions')
      .filter((definition) => listAt(definition, 'status.conditions').length > 0);
  }

  /** Why a webhook behind a Service does not answer, in the words of the API server; undefined when it does. */
  webhookFault(namespace: string, service: string): string | undefined {
    const found = this.store.get({ group: '', plural: 'services', namespace, name: service });
    if (!found) return `service "${service}" not found`;
    const selector = Object.entries(fieldsAt(found, 'spec.selector'));
    const backends = this.store
      .list('apps', 'deployments', namespace)
      .filter((deployment) => {
        const labels = fieldsAt(deployment, 'spec.template.metadata.labels');
        return selector.every(([key, value]) => labels[key] === value);
      })
      .flatMap(({ metadata }) => this.readySince.get(`${namespace}/${metadata.name}`) ?? []);
    if (backends.length === 0) return `no endpoints available for service "${service}"`;
    return Date.now() < Math.min(...backends) + this.delays.webhookMs
      ? 'tls: failed to verify certificate: x509: certificate signed by unknown authority'
      : undefined;
  }

  private later(milliseconds: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, milliseconds);
    this.timers.add(timer);
  }

  private establish(place: Place): void {
    const definition = this.store.get(place);
    if (!definition) return;
    const storage = listAt(definition, 'spec.versions').filter(({ storage: isStorage }) => isStorage === true);
    this.store.put(place, {
      ...definition,
      status: {
        acceptedNames: fieldsAt(definition, 'spec.names'),
        conditions: ['NamesAccepted', 'Established'].map((type) => ({ type, status: 'True' })),
        storedVersions: storage.map(({ name }) => name),
      },
    });
  }

  private rollOutAll(): void {
    for (const plural of ['deployments', 'daemonsets']) {
      for (const { metadata } of this.store.list('apps', plural)) {
        this.rollOut({ group: 'apps', plural, namespace: metadata.namespace ?? '', name: metadata.name });
      }
    }
  }

  private rollOut(place: Place): void {
    const workload = this.store.get(place);
    if (!workload) return;
    const isReady = missingReferences(workload, this.store).length === 0;
    const key = `${place.namespace}/${place.name}`;
    if (isReady && !this.readySince.has(key)) this.readySince.set(key, Date.now());
    this.store.put(place, { ...workload, status: statusOf(workload, isReady) });
    if (isReady && key === 'metallb-system/controller') this.makeMemberlist(place.namespace);
  }

  /** https://github.com/metallb/metallb/blob/v0.16.1/internal/k8s/k8s.go, CreateMlSecret */
  private makeMemberlist(namespace: string): void {
    const place = { group: '', plural: 'secrets', namespace, name: 'memberlist' };
    if (this.store.get(place)) return;
    this.store.put(place, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'memberlist', namespace },
      type: 'Opaque',
      data: { secretkey: 'bm90IGEga2V5' },
    });
  }
}

function statusOf(workload: KubeObject, isReady: boolean): object {
  const observedGeneration = workload.metadata.generation;
  if (workload.kind === 'DaemonSet') {
    const ready = isReady ? NODES : 0;
    return {
      observedGeneration,
      desiredNumberScheduled: NODES,
      currentNumberScheduled: NODES,
      numberMisscheduled: 0,
      updatedNumberScheduled: NODES,
      numberReady: ready,
      numberAvailable: ready,
    };
  }
  const replicas = Number(fieldsAt(workload, 'spec')['replicas'] ?? 1);
  const available = isReady ? replicas : 0;
  return {
    observedGeneration,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: available,
    availableReplicas: available,
  };
}

/** The Secrets and ConfigMaps a pod waits for: those it mounts or reads into its environment and that are not optional. */
function missingReferences(workload: KubeObject, store: Store): string[] {
  const spec = fieldsAt(workload, 'spec.template.spec');
  const namespace = workload.metadata.namespace ?? '';
  const references = [
    ...listAt(spec, 'volumes').flatMap((volume) => [
      ['secrets', fieldsAt(volume, 'secret'), 'secretName'] as const,
      ['configmaps', fieldsAt(volume, 'configMap'), 'name'] as const,
    ]),
    ...containersOf(spec).flatMap((container) =>
      listAt(container, 'env').flatMap((env) => [
        ['secrets', fieldsAt(env, 'valueFrom.secretKeyRef'), 'name'] as const,
        ['configmaps', fieldsAt(env, 'valueFrom.configMapKeyRef'), 'name'] as const,
      ]),
    ),
  ];
  return references
    .filter(
      ([, reference, key]) => isFields(reference) && reference[key] !== undefined && reference['optional'] !== true,
    )
    .filter(([plural, reference, key]) => !store.get({ group: '', plural, namespace, name: String(reference[key]) }))
    .map(([plural, reference, key]) => `${plural}/${String(reference[key])}`);
}
