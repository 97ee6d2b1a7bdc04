/** What is read of a Pod: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/. */
interface Pod {
  readonly metadata: { readonly name: string; readonly ownerReferences?: readonly Owner[] };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly initContainerStatuses?: readonly Container[];
    readonly containerStatuses?: readonly Container[];
  };
}

interface Owner {
  readonly kind: string;
  readonly name: string;
}

interface Container {
  readonly name: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

interface Event {
  readonly involvedObject: { readonly name?: string; readonly fieldPath?: string };
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

/** What `kubectl get --output=json` prints of pods and of events. */
export interface Lists {
  readonly pods: string;
  readonly events: string;
}

/** A pod of a workload. */
export interface PodState {
  readonly name: string;
  readonly node: string | undefined;
  readonly ready: boolean;
  /** Container, and what the kubelet, the scheduler or the readiness probe says, if it is not ready and something is known. */
  readonly reason: string | undefined;
}

/**
 * The pods of a workload.
 *
 * @param workload a DaemonSet or a Deployment. @default - all pods of the list
 */
export function podsOf(lists: Lists, workload?: Owner): PodState[] {
  const { items: pods } = JSON.parse(lists.pods) as { readonly items: readonly Pod[] };
  const { items: events } = JSON.parse(lists.events) as { readonly items: readonly Event[] };
  return pods
    .filter((pod) => !workload || pod.metadata.ownerReferences?.some((owner) => isOwner(owner, workload)))
    .map((pod) => ({
      name: pod.metadata.name,
      node: pod.spec?.nodeName,
      ready: isReady(pod),
      reason: isReady(pod) ? undefined : (waiting(pod) ?? unscheduled(pod) ?? lastEvent(pod, events)),
    }));
}

/** Why pods of a workload are not ready, a line for each pod. Empty where all are ready or nothing is known. */
export const reasonsOf = (workload: Owner, lists: Lists): string[] =>
  podsOf(lists, workload).flatMap(({ name, node, reason }) =>
    reason === undefined ? [] : [`  ${node ?? name}: ${reason}`],
  );

/** A Deployment owns its pods through a ReplicaSet, whose name is its own and a hash. */
const isOwner = (owner: Owner, { kind, name }: Owner): boolean =>
  kind === 'Deployment'
    ? owner.kind === 'ReplicaSet' && owner.name.replace(/-[^-]+$/, '') === name
    : owner.kind === kind && owner.name === name;

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

function waiting({ status }: Pod): string | undefined {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  // these two say only that the pod starts
  const stuck = containers.find(
    ({ state }) => state?.waiting && !['ContainerCreating', 'PodInitializing'].includes(state.waiting.reason ?? ''),
  );
  const { reason, message } = stuck?.state?.waiting ?? {};
  return stuck && `${stuck.name}: ${[reason, message].filter(Boolean).join(': ')}`;
}

const unscheduled = ({ status }: Pod): string | undefined =>
  status?.conditions?.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False')?.message;

/** The newest warning about the pod, such as what its readiness probe printed. */
function lastEvent({ metadata }: Pod, events: readonly Event[]): string | undefined {
  const newest = events
    .filter(({ involvedObject }) => involvedObject.name === metadata.name)
    .toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)))
    .at(-1);
  const container = newest?.involvedObject.fieldPath?.match(/^spec\.containers\{(.+)\}$/)?.[1];
  const message = newest?.message?.trim().replaceAll(/\s*\n\s*/g, '; ');
  return message && [container, message].filter(Boolean).join(': ');
}

const timeOf = ({ lastTimestamp, eventTime }: Event): string => lastTimestamp ?? eventTime ?? '';
