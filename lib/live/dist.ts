import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Cluster } from '../cluster';
import { METALLB } from '../releases';
import { buildSite } from '../synth';
import { at, listAt, textAt } from './at';
import type { JsonObject } from './verify/canonical';

/** The parts of an object of dist/ that apply reads. */
export interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Of a CustomResourceDefinition: the kind it defines. */
  readonly defines: string | undefined;
  readonly labels: Readonly<Record<string, unknown>>;
  /** Everything of it. */
  readonly object: JsonObject;
  /** Of a workload: the Secrets that its pods require. */
  readonly secrets: readonly SecretUse[];
}

/** A Secret that pods require. */
interface SecretUse {
  readonly name: string;
  /** The keys that they read; empty for all keys. */
  readonly keys: readonly string[];
}

/** A file of dist/ and its objects. */
export interface DistFile {
  /** Its name without `.k8s.yaml`. */
  readonly chart: string;
  readonly path: string;
  readonly manifests: readonly Manifest[];
}

/** A Secret that pods require and that dist/ does not contain. */
export interface SecretReference extends SecretUse {
  readonly namespace: string;
  readonly usedBy: readonly Manifest[];
}

const SUFFIX = '.k8s.yaml';
const WORKLOADS = ['DaemonSet', 'Deployment', 'StatefulSet'];

/**
 * The files that synth wrote to a folder, in the order to apply them.
 *
 * @throws Error if the folder does not exist, has no such file, or has one folder per site
 */
export function readDist(folder: string): DistFile[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Error(`folder "${folder}" does not exist; run npm run synth, or name another with --dist or --cluster`);
  }
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
    .map(({ name }) => name)
    .sort();
  if (names.length > 0) return names.map((name) => readDistFile(folder, name));
  const sites = entries
    .filter(
      (entry) => entry.isDirectory() && readdirSync(join(folder, entry.name)).some((name) => name.endsWith(SUFFIX)),
    )
    .map(({ name }) => name)
    .sort();
  throw new Error(
    sites.length > 0
      ? `"${folder}" has several sites; choose one with --cluster: ${sites.join(', ')}`
      : `"${folder}" has no ${SUFFIX} file; run npm run synth`,
  );
}

/**
 * The files of dist/ of one site, in a folder or in its subfolder of that name.
 *
 * @throws Error as `readDist`, or if they are not what synth writes from this site
 */
export function readDistOf(cluster: Cluster, folder: string): DistFile[] {
  const own = join(folder, cluster.name);
  const files = readDist(existsSync(own) ? own : folder);
  const expected = buildSite(cluster).dist;
  const stale = files.find(({ chart, path }) => readFileSync(path, 'utf8') !== expected.get(`${chart}${SUFFIX}`));
  if (!stale && files.length === expected.size) return files;
  throw new Error(`${stale?.path ?? folder} is not what synth writes from cluster.yaml; run npm run synth`);
}

function readDistFile(folder: string, name: string): DistFile {
  const path = join(folder, name);
  const manifests = parseAllDocuments(readFileSync(path, 'utf8')).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${path} is not valid YAML: ${error.message}; run npm run synth`);
    const value: unknown = document.toJS();
    return value === null ? [] : [manifestOf(value, path)];
  });
  return { chart: name.slice(0, -SUFFIX.length), path, manifests };
}

export function manifestOf(value: unknown, path: string): Manifest {
  const kind = textAt(value, 'kind');
  const name = textAt(value, 'metadata', 'name');
  const apiVersion = textAt(value, 'apiVersion');
  if (!kind || !name || !apiVersion) {
    throw new Error(`${path} contains something other than Kubernetes objects; run npm run synth`);
  }
  return {
    kind,
    name,
    apiVersion,
    namespace: textAt(value, 'metadata', 'namespace'),
    labels: (at(value, 'metadata', 'labels') ?? {}) as Readonly<Record<string, unknown>>,
    object: value as JsonObject,
    defines: kind === 'CustomResourceDefinition' ? textAt(value, 'spec', 'names', 'kind') : undefined,
    secrets: WORKLOADS.includes(kind) ? secretsOf(at(value, 'spec', 'template', 'spec')) : [],
  };
}

export const isDefinitions = ({ manifests }: DistFile): boolean =>
  manifests.length > 0 && manifests.every(({ defines }) => defines !== undefined);

export const manifestsOf = (files: readonly DistFile[]): Manifest[] => files.flatMap(({ manifests }) => [...manifests]);

export const workloadsOf = (files: readonly DistFile[]): Manifest[] =>
  manifestsOf(files).filter(({ kind }) => WORKLOADS.includes(kind));

/** The Secrets that a person has to create. MetalLB creates `memberlist` itself. */
export function secretsToBring(files: readonly DistFile[]): SecretReference[] {
  const here = manifestsOf(files).filter(({ kind }) => kind === 'Secret');
  const wanted = new Map<string, SecretReference>();
  for (const workload of workloadsOf(files)) {
    const namespace = workload.namespace ?? 'default';
    for (const { name, keys } of workload.secrets) {
      const isMade = namespace === METALLB.namespace && name === METALLB.names.memberlistSecret;
      if (isMade || here.some((secret) => secret.name === name && secret.namespace === namespace)) continue;
      const key = `${namespace}/${name}`;
      const other = wanted.get(key);
      wanted.set(key, {
        namespace,
        name,
        keys: [...new Set([...(other?.keys ?? []), ...keys])],
        // a pod may mount it in several volumes
        usedBy: [...new Set([...(other?.usedBy ?? []), workload])],
      });
    }
  }
  return [...wanted.values()];
}

/** The Secrets that a pod mounts or reads into its environment, except optional ones. */
function secretsOf(podSpec: unknown): SecretUse[] {
  const volumes = listAt(podSpec, 'volumes')
    .map((volume) => at(volume, 'secret'))
    .map((secret) => ({ secret, name: textAt(secret, 'secretName'), keys: listAt(secret, 'items') }));
  const variables = ['initContainers', 'containers']
    .flatMap((key) => listAt(podSpec, key))
    .flatMap((container) => listAt(container, 'env'))
    .map((variable) => at(variable, 'valueFrom', 'secretKeyRef'))
    .map((secret) => ({ secret, name: textAt(secret, 'name'), keys: [secret] }));
  return [...volumes, ...variables].flatMap(({ secret, name, keys }) =>
    name === undefined || at(secret, 'optional') === true
      ? []
      : [{ name, keys: keys.flatMap((item) => textAt(item, 'key') ?? []) }],
  );
}
