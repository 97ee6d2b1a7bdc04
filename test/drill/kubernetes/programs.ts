import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { KUBERNETES_VARIABLE } from '../drill';

type Module = 'etcd' | 'pods' | 'metallb' | 'containerd' | 'flux' | 'argocd' | 'kubernetes';

interface Needs {
  readonly tags?: string;
  /** A variable of its source that gets the release of a module it requires. */
  readonly versionVariable?: string;
  readonly versionOf?: string;
  /** A module, with its release if go.mod does not require it, whose definitions of Kubernetes kinds are kept as `definitions`. */
  readonly definitions?: { readonly of: string; readonly folder: string };
}

/** The Go modules under programs/ and what their builds need beside the source. */
const MODULES: Readonly<Record<Module, Needs>> = {
  etcd: {},
  pods: {},
  metallb: {},
  containerd: { tags: 'no_btrfs no_zfs no_devmapper' },
  kubernetes: { versionVariable: 'k8s.io/component-base/version.gitVersion', versionOf: 'k8s.io/kubernetes' },
  flux: { definitions: { of: 'github.com/fluxcd/kustomize-controller', folder: 'config/crd/bases' } },
  argocd: { definitions: { of: 'github.com/argoproj/argo-cd/v3@v3.2.12', folder: 'manifests/crds' } },
};

/** What every cluster runs. */
export const CLUSTER_MODULES: readonly Module[] = ['etcd', 'pods', 'metallb', 'containerd', 'kubernetes'];

const SOURCE = resolve('test/drill/kubernetes/programs');
/** The release of Kubernetes that is asked for, such as `v1.34.4`; undefined for the one of programs/kubernetes/go.mod. */
const otherKubernetes = (): string | undefined => process.env[KUBERNETES_VARIABLE] || undefined;
/** Outside of the tree, so that a new clone of it does not build everything again. */
export const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'power-safe-k3s');
const PROGRESS_MS = 15_000;

/** Folder of the go.mod of a module. */
function sourceOf(module: Module): string {
  const version = otherKubernetes();
  return module === 'kubernetes' && version !== undefined
    ? join(CACHE, `go-mod-kubernetes-${version}`)
    : join(SOURCE, module);
}

/** Path of a program that buildPrograms has built: `program('etcd', 'server')`. */
export const program = (module: Module, name: string): string => join(folderOf(module), name);

/** Release of a Go module that a go.mod here requires, such as `v1.36.4` of `k8s.io/kubernetes`. */
export function releaseOf(module: Module, path: string): string {
  const lines = readFileSync(join(sourceOf(module), 'go.mod'), 'utf8').split('\n');
  const words = lines
    .map((line) =>
      line
        .trim()
        .replace(/^require /, '')
        .split(' '),
    )
    .find(([first]) => first === path);
  if (words?.[1] === undefined) throw new Error(`programs/${module}/go.mod requires no ${path}`);
  return words[1];
}

/**
 * Builds the programs of these modules that are not in the cache yet. Needs `go` and the network; takes a quarter of an hour on two idle cores when
 * nothing is there, and seconds when everything is.
 */
export async function buildPrograms(modules: readonly Module[]): Promise<void> {
  const version = otherKubernetes();
  if (version !== undefined) writeOtherKubernetes(version);
  const missing = modules.filter((module) => !existsSync(folderOf(module)));
  if (missing.length === 0) return;
  if (spawnSync('go', ['version']).status !== 0) {
    throw new Error(
      'not installed: go, which builds Kubernetes; install Go 1.26 from https://go.dev/dl and put it into PATH',
    );
  }
  console.log(`building ${missing.join(', ')} from published Go modules into ${CACHE}`);
  for (const module of missing) await build(module);
}

/** A go.mod for another release: the same tools, and each module that is part of Kubernetes in the same release. */
function writeOtherKubernetes(version: string): void {
  const folder = sourceOf('kubernetes');
  if (existsSync(join(folder, 'go.sum'))) return;
  mkdirSync(folder, { recursive: true });
  const tools = /^tool \([^)]*\)$/m.exec(readFileSync(join(SOURCE, 'kubernetes', 'go.mod'), 'utf8'))?.[0] ?? '';
  const { GoMod } = JSON.parse(go(folder, 'mod', 'download', '-json', `k8s.io/kubernetes@${version}`)) as {
    GoMod: string;
  };
  const parts = [...readFileSync(GoMod, 'utf8').matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging/gm)].map(
    ([, name = '']) => name,
  );
  const replaced = parts.map((name) => `replace ${name} => ${name} ${version.replace(/^v1/, 'v0')}`);
  const require = `require k8s.io/kubernetes ${version}`;
  writeFileSync(
    join(folder, 'go.mod'),
    ['module drill/kubernetes', 'go 1.26.0', tools, require, ...replaced, ''].join('\n'),
  );
  go(folder, 'mod', 'tidy');
}

/** What `go` prints in a folder. */
function go(cwd: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('go', words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`go ${words.join(' ')} failed in ${cwd}; correct what it says: ${stderr.trim()}`);
  return stdout;
}

function folderOf(module: Module): string {
  const files = readdirSync(sourceOf(module), { recursive: true, encoding: 'utf8' });
  const hash = createHash('sha256').update(buildArguments(module).join(' '));
  for (const path of files.filter((name) => /\.(mod|sum|go)$/.test(name)).sort()) {
    hash.update(readFileSync(join(sourceOf(module), path)));
  }
  return join(CACHE, `${module}-${hash.digest('hex').slice(0, 12)}`);
}

function buildArguments(module: Module): string[] {
  const { tags = '', versionVariable, versionOf } = MODULES[module];
  const version = versionVariable && versionOf ? ` -X ${versionVariable}=${releaseOf(module, versionOf)}` : '';
  return ['install', '-trimpath', '-buildvcs=false', '-tags', tags, '-ldflags', `-s -w${version}`, 'tool'];
}

/** Builds all tools of a go.mod, with a line of progress every 15 s. */
async function build(module: Module): Promise<void> {
  const folder = folderOf(module);
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const startedAt = performance.now();
  const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
  const progress = setInterval(() => console.log(`  ${module}: ${elapsed()}`), PROGRESS_MS);
  try {
    const compiler = spawn('setpriv', ['--pdeathsig', 'TERM', 'nice', '-n', '10', 'go', ...buildArguments(module)], {
      cwd: sourceOf(module),
      env: { ...process.env, CGO_ENABLED: '0', GOBIN: unfinished },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const code = await new Promise<number | null>((done, fail) => compiler.once('exit', done).once('error', fail));
    if (code !== 0) throw new Error(`go cannot build ${module}; what it said stands above`);
  } finally {
    clearInterval(progress);
  }
  const { definitions } = MODULES[module];
  if (definitions !== undefined) {
    const { Dir } = JSON.parse(go(sourceOf(module), 'mod', 'download', '-json', definitions.of)) as { Dir: string };
    cpSync(join(Dir, definitions.folder), join(unfinished, 'definitions'), { recursive: true });
  }
  renameSync(unfinished, folder);
  console.log(`  ${module}: built in ${elapsed()}`);
}
