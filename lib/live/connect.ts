import { existsSync } from 'node:fs';
import type { Deadline } from './deadline';
import { ApplyError, type Kubectl } from './kubectl';
import { explained, hindranceOf, linesOf } from './problems';

/** The cluster to apply to. */
export interface Target {
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
}

interface KubeConfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly { readonly name: string; readonly context: { readonly cluster: string } }[] | null;
  readonly clusters?: readonly { readonly name: string; readonly cluster: { readonly server: string } }[] | null;
}

/** Which API server, and the time limit. */
export interface ConnectOptions {
  /** @default - kubectl's current context */
  readonly context?: string | undefined;
  /** @default - kubectl's own */
  readonly kubeconfig?: string | undefined;
  /** URLs of the site's API servers. The current context must have one of them; a named context is not checked. */
  readonly servers: readonly string[];
  readonly deadline: Deadline;
}

/**
 * The API server that kubectl uses, once it has answered.
 *
 * @throws ApplyError if the file or context does not exist, the current context belongs to another cluster, or the server does not
 * answer
 */
export async function connect(kubectl: Kubectl, options: ConnectOptions): Promise<Target> {
  const config = await readConfig(kubectl, options);
  const target = targetOf(config, options.context);
  if (options.context === undefined) refuseForeign(config, target, options.servers);
  // --raw does not use the discovery cache of kubectl
  const args = [`--context=${target.context}`, '--request-timeout=10s', 'get', '--raw=/version'];
  const answer = await kubectl.run(args, options.deadline);
  if (answer.code === 0) return target;
  const place = `context "${target.context}": ${target.server}`;
  if (!hindranceOf(answer)) throw new ApplyError(`${place}: ${explained(answer.stderr).join('\n')}`);
  const last = linesOf(answer.stderr).at(-1) ?? `no answer within ${options.deadline.elapsedSeconds} s`;
  throw new ApplyError(`${place} is not available (${last}); ${otherWays(config, target)}`);
}

async function readConfig(kubectl: Kubectl, { kubeconfig, deadline }: ConnectOptions): Promise<KubeConfig> {
  if (kubeconfig !== undefined && !existsSync(kubeconfig)) {
    throw new ApplyError(`"${kubeconfig}" does not exist; correct --kubeconfig`);
  }
  const { code, stdout, stderr } = await kubectl.run(['config', 'view', '--output=json'], deadline);
  if (code !== 0) throw new ApplyError(linesOf(stderr).join('\n'));
  try {
    return JSON.parse(stdout) as KubeConfig;
  } catch (error) {
    throw new ApplyError(
      `${kubectl.program} config view printed no JSON (${error instanceof Error ? error.message : error}); name the kubectl program with --kubectl`,
      { cause: error },
    );
  }
}

function targetOf(config: KubeConfig, wanted: string | undefined): Target {
  const { contexts, 'current-context': current } = config;
  const names = (contexts ?? []).map(({ name }) => name);
  if (names.length === 0) {
    throw new ApplyError(
      'the kubeconfig has no context; add them with npm run kubeconfig -- --from k3s.yaml --merge ~/.kube/config, or name another file with --kubeconfig',
    );
  }
  const name = wanted ?? current;
  if (!name)
    throw new ApplyError(`the kubeconfig has no current context; choose one with --context: ${names.join(', ')}`);
  if (!names.includes(name))
    throw new ApplyError(`context "${name}" does not exist; choose one with --context: ${names.join(', ')}`);
  const server = serverOf(config, name);
  if (!server) {
    throw new ApplyError(`context "${name}" has no cluster with a server; run npm run kubeconfig again`);
  }
  return { context: name, server };
}

function serverOf({ contexts, clusters }: KubeConfig, context: string): string | undefined {
  const found = contexts?.find(({ name }) => name === context);
  return clusters?.find(({ name }) => name === found?.context.cluster)?.cluster.server;
}

/** dist/ does not name its cluster, and the current context may be left over from other work. */
function refuseForeign(config: KubeConfig, { context, server }: Target, servers: readonly string[]): void {
  const ours = new Set(servers.map(hostOf));
  if (ours.has(hostOf(server))) return;
  const names = (config.contexts ?? []).map(({ name }) => name);
  const own = names.filter((name) => ours.has(hostOf(serverOf(config, name) ?? '')));
  const cure =
    own.length > 0
      ? `use ${own.map((name) => `--context ${name}`).join(' or ')}`
      : 'add the contexts of the site with npm run kubeconfig';
  throw new ApplyError(
    `the current context "${context}" has server ${server}, which is not one of the site's (${servers.join(', ')}); ${cure}, or confirm it with --context ${context}`,
  );
}

/** Host and port of a URL; any other text unchanged, which matches no server of the site. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

/** The other contexts of the same site. npm run kubeconfig names them NAME, NAME-dns and NAME-SERVER. */
function otherWays({ contexts }: KubeConfig, { context }: Target): string {
  const names = (contexts ?? []).map(({ name }) => name).filter((name) => name !== context);
  const site = names.filter((name) => name.startsWith(`${context}-`) || context.startsWith(`${name}-`));
  const base = site.find((name) => context.startsWith(`${name}-`)) ?? context;
  const ways = names.filter((name) => name === base || name.startsWith(`${base}-`));
  return ways.length > 0
    ? `try ${ways.map((name) => `--context ${name}`).join(' or ')}`
    : 'check that the node is on and k3s runs: systemctl status k3s';
}
