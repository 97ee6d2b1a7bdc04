import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { METALLB } from '../releases';

/** An object of dist/, as far as applying it needs to know it. */
export interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Of a CustomResourceDefinition: the kind it defines. */
  readonly defines: string | undefined;
  /** Of a workload: the Secrets its pods wait for. */
  readonly secrets: readonly SecretUse[];
}

/** A Secret that pods wait for. */
interface SecretUse {
  readonly name: string;
  /** What they read of it; empty when they take all there is. */
  readonly keys: readonly string[];
}

/** A file of dist/ and what is in it. */
export interface DistFile {
  /** Its name without `.k8s.yaml`. */
  readonly chart: string;
  readonly path: string;
  readonly manifests: readonly Manifest[];
}

/** A Secret that pods wait for and that nothing in dist/ makes. */
export interface SecretReference extends SecretUse {
  readonly namespace: string;
  readonly usedBy: readonly Manifest[];
}

const SUFFIX = '.k8s.yaml';
const WORKLOADS = ['DaemonSet', 'Deployment', 'StatefulSet'];

/**
 * The files of a folder that synth wrote, in the order to apply them.
 *
 * @throws Error with its cure when the folder is not there, holds none or holds folders of several sites
 */
export function readDist(folder: string): DistFile[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Error(`there is no folder "${folder}"; run npm run synth, or name another with --dist or --cluster`);
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
      : `"${folder}" has no file that ends with ${SUFFIX}; run npm run synth`,
  );
}

function readDistFile(folder: string, name: string): DistFile {
  const path = join(folder, name);
  const manifests = parseAllDocuments(readFileSync(path, 'utf8')).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${path} is no valid YAML: ${error.message}; run npm run synth`);
    const value: unknown = document.toJS();
    return value === null ? [] : [manifestOf(value, path)];
  });
  return { chart: name.slice(0, -SUFFIX.length), path, manifests };
}

function manifestOf(value: unknown, path: string): Manifest {
  const kind = textAt(value, 'kind');
  const name = textAt(value, 'metadata', 'name');
  const apiVersion = textAt(value, 'apiVersion');
  if (!kind || !name || !apiVersion) {
    throw new Error(`${path} holds something that is no Kubernetes object; run npm run synth`);
  }
  return {
    kind,
    name,
    apiVersion,
    namespace: textAt(value, 'metadata', 'namespace'),
    defines: kind === 'CustomResourceDefinition' ? textAt(value, 'spec', 'names', 'kind') : undefined,
    secrets: WORKLOADS.includes(kind) ? secretsOf(at(value, 'spec', 'template', 'spec')) : [],
  };
}

export const isDefinitions = ({ manifests }: DistFile): boolean =>
  manifests.length > 0 && manifests.every(({ defines }) => defines !== undefined);

export const manifestsOf = (files: readonly DistFile[]): Manifest[] => files.flatMap(({ manifests }) => [...manifests]);

export const workloadsOf = (files: readonly DistFile[]): Manifest[] =>
  manifestsOf(files).filter(({ kind }) => WORKLOADS.includes(kind));

/** The Secrets that somebody has to make by hand. MetalLB makes `memberlist` itself. */
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
        // a pod may take it by several volumes
        usedBy: [...new Set([...(other?.usedBy ?? []), workload])],
      });
    }
  }
  return [...wanted.values()];
}

/** The Secrets a pod mounts or reads into its environment, without the optional ones. */
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

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );

function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

function listAt(value: unknown, key: string): unknown[] {
  const found = at(value, key);
  return Array.isArray(found) ? found : [];
}
