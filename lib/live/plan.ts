import type { Node } from '../cluster';
import { type ConnectionOptions, connectTo } from './connection';
import { type DistFile, type Manifest, manifestsOf, secretsToBring } from './dist';
import type { PatientKubectl } from './patient-kubectl';
import { explained, untilApplied } from './problems';
import { ClusterObjects, type LiveObject, objectsIn, siteOf } from './site-objects';
import { type Step, stepsOf, stepsText } from './steps';
import { isObject, type JsonObject, objectKey } from './verify/canonical';
import { type ChangedObject, differencesOf } from './verify/differences';
import { shown } from './verify/report';

export interface PlanOptions extends ConnectionOptions {
  readonly files: readonly DistFile[];
  readonly serverSide: boolean;
  /** The nodes as the site file declares them, whose labels and taints are compared; dist/ does not have them. */
  readonly declared: readonly Node[];
}

/** What an apply would do. Objects are named `Kind namespace/name`. */
export interface Plan {
  readonly context: string;
  readonly server: string;
  readonly created: readonly string[];
  /** `ours` is the value after an apply, `theirs` that in the cluster. */
  readonly changed: readonly ChangedObject[];
  /** Objects of the site in the cluster that are no longer in dist/. */
  readonly leftovers: readonly string[];
  /** Why the API server would refuse an object. */
  readonly problems: readonly string[];
  /** What a person does before and after the apply, and the apply itself; empty if it is all. */
  readonly steps: readonly Step[];
}

/**
 * Compares dist/ with the cluster by server-side dry runs. Nothing is stored.
 *
 * @throws ApplyError if the cluster cannot be read
 */
export async function plan({ files, serverSide, declared, ...options }: PlanOptions): Promise<Plan> {
  const site = siteOf(files);
  const { kubectl, context, server } = await connectTo(options);
  const cluster = new ClusterObjects(kubectl);
  const ours = await cluster.ofSite(site);
  const manifests = manifestsOf(files);
  const existed = await existing(kubectl, files);
  const there = new Map(existed.map((live) => [live.key, live.object]));
  const dryRun = new DryRun(kubectl, files, serverSide);
  const [known, unknown] = [true, false].map((isThere) =>
    manifests.filter(({ object }) => there.has(objectKey(object)) === isThere),
  ) as [Manifest[], Manifest[]];
  const after = await dryRun.of(known);
  await dryRun.of(unknown);
  const leftovers = leftoversOf(ours, files);
  return {
    context,
    server,
    created: unknown.map(({ object }) => objectKey(object)),
    changed: after
      .map(({ key, object }) => ({ object: key, differences: changes(object, there.get(key)) }))
      .filter(({ differences }) => differences.length > 0),
    leftovers: leftovers.map(({ key }) => key),
    problems: dryRun.problems,
    steps: stepsOf({
      site,
      // an older version did not label what it applied
      before: [...ours, ...existed.filter(({ key }) => !ours.some((one) => one.key === key))],
      after: manifests,
      hasLeftovers: leftovers.length > 0,
      declared,
      around: await cluster.surroundings(),
    }),
  };
}

/** Whether an apply would change something. */
export const isEmpty = ({ created, changed, leftovers }: Plan): boolean =>
  created.length + changed.length + leftovers.length === 0;

/** The objects of a site that are no longer in its dist/. A Secret that its pods need is not among them. */
export function leftoversOf(ours: readonly LiveObject[], files: readonly DistFile[]): LiveObject[] {
  const wanted = new Set([
    ...manifestsOf(files).map(({ object }) => objectKey(object)),
    ...secretsToBring(files).map(({ namespace, name }) => `Secret ${namespace}/${name}`),
  ]);
  return ours.filter(({ key }) => !wanted.has(key));
}

/** The objects of dist/ that exist. A kind that is not served yet has none. */
async function existing(kubectl: PatientKubectl, files: readonly DistFile[]): Promise<LiveObject[]> {
  const undone = 'could not read the objects of dist/';
  const args = ['get', ...files.map(({ path }) => `--filename=${path}`), '--ignore-not-found', '--output=json'];
  const { stdout, stderr } = await kubectl.run({ doing: 'reading the objects of dist/', undone, args: () => args });
  const { others } = untilApplied(stderr, files);
  if (others.length > 0) throw new Error([`${undone}:`, ...explained(others.join('\n'))].join('\n'));
  return objectsIn(stdout);
}

/** Server-side dry runs, and why objects would be refused. */
class DryRun {
  readonly problems: string[] = [];

  constructor(
    private readonly kubectl: PatientKubectl,
    private readonly files: readonly DistFile[],
    private readonly serverSide: boolean,
  ) {}

  /** The objects as they would be stored; none if one of them would be refused or cannot be checked before an apply. */
  async of(manifests: readonly Manifest[]): Promise<LiveObject[]> {
    if (manifests.length === 0) return [];
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests.map(({ object }) => object) });
    const options = this.serverSide ? ['--server-side'] : [];
    const args = ['apply', '--dry-run=server', ...options, '--filename=-', '--output=json'];
    const task = { doing: 'dry run', undone: 'could not run the dry run', args: () => args, input };
    const { stdout, stderr } = await this.kubectl.run(task);
    const { others } = untilApplied(stderr, this.files);
    this.problems.push(...explained(others.filter((line) => !line.startsWith('Warning: ')).join('\n')));
    return objectsIn(stdout);
  }
}

/** What changes in an object, without what the API server counts. The values of a Secret are left out. */
function changes(after: JsonObject, before: JsonObject | undefined): ChangedObject['differences'] {
  const differences = differencesOf(lasting(after), lasting(before ?? {}));
  return after['kind'] === 'Secret'
    ? differences.map(({ path }) => ({ path, ours: undefined, theirs: undefined }))
    : differences;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function lasting({ status: _, metadata, ...object }: JsonObject): JsonObject {
  if (!isObject(metadata)) return object;
  const { managedFields, resourceVersion, generation, uid, creationTimestamp, annotations, ...rest } = metadata;
  const { [LAST_APPLIED]: applied, ...kept } = isObject(annotations) ? annotations : {};
  return { ...object, metadata: { ...rest, annotations: kept } };
}

/** A plan as text, a line for each object and field. */
export function planText(plan: Plan): string {
  const { context, server, created, changed, leftovers, problems, steps } = plan;
  return [
    `context ${context}, ${server}`,
    ...created.map((object) => `+ ${object}`),
    ...changed.flatMap(({ object, differences }) => [
      `~ ${object}`,
      ...differences.map(({ path, ours, theirs }) =>
        ours === undefined && theirs === undefined ? `    ${path}` : `    ${path}: ${shown(theirs)} -> ${shown(ours)}`,
      ),
    ]),
    ...leftovers.map((object) => `- ${object}`),
    ...problems.map((problem) => `! ${problem}`),
    ...stepsText(steps),
    `plan: ${created.length} created, ${changed.length} changed, ${leftovers.length} no longer in dist/`,
  ].join('\n');
}
