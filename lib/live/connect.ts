import { existsSync } from 'node:fs';
import type { Deadline } from './deadline';
import { ApplyError, type Kubectl } from './kubectl';
import { explained, hindranceOf, linesOf } from './problems';

/** Where everything goes. */
export interface Target {
  readonly context: string;
  /** Address of the API server. */
  readonly server: string;
}

interface KubeConfig {
  readonly 'current-context'?: string;
  readonly contexts?: readonly { readonly name: string; readonly context: { readonly cluster: string } }[] | null;
  readonly clusters?: readonly { readonly name: string; readonly cluster: { readonly server: string } }[] | null;
}

/** Which API server, and how long to wait for it. */
export interface ConnectOptions {
  /** @default - kubectl's current context */
  readonly context?: string | undefined;
  /** @default - what kubectl reads by itself */
  readonly kubeconfig?: string | undefined;
  /** Addresses of the site's API servers, one of which the current context must lead to. A context that is named may lead anywhere. */
  readonly servers: readonly string[];
  readonly deadline: Deadline;
}

/**
 * The API server that kubectl will talk to, after it answered.
 *
 * @throws ApplyError with its cure when there is no such file or context, when nobody chose a context that leads to another cluster, or
 * when nobody answers
 */
export async function connect(kubectl: Kubectl, options: ConnectOptions): Promise<Target> {
  const config = await readConfig(kubectl, options);
  const target = targetOf(config, options.context);
  if (options.context === undefined) refuseForeign(config, target, options.servers);
  // --raw neither needs nor fills the cache of kubectl
  const args = [`--context=${target.context}`, '--request-timeout=10s', 'get', '--raw=/version'];
  const answer = await kubectl.run(args, options.deadline);
  if (answer.code === 0) return target;
  const place = `context "${target.context}": ${target.server}`;
  if (!hindranceOf(answer)) throw new ApplyError(`${place}: ${explained(answer.stderr).join('\n')}`);
  const last = linesOf(answer.stderr).at(-1) ?? `no answer within ${options.deadline.elapsedSeconds} s`;
  throw new ApplyError(`${place} does not answer as it should (${last}); ${otherWays(config, target)}`);
}

async function readConfig(kubectl: Kubectl, { kubeconfig, deadline }: ConnectOptions): Promise<KubeConfig> {
  if (kubeconfig !== undefined && !existsSync(kubeconfig)) {
    throw new ApplyError(`there is no file "${kubeconfig}"; correct --kubeconfig`);
  }
  const { code, stdout, stderr } = await kubectl.run(['config', 'view', '--output=json'], deadline);
  if (code !== 0) throw new ApplyError(linesOf(stderr).join('\n'));
  try {
    return JSON.parse(stdout) as KubeConfig;
  } catch (error) {
    throw new ApplyError(
      `${kubectl.program} config view wrote no JSON (${error instanceof Error ? error.message : error}); is it kubectl? Say where kubectl is with --kubectl`,
      { cause: error },
    );
  }
}

function targetOf(config: KubeConfig, wanted: string | undefined): Target {
  const { contexts, 'current-context': current } = config;
  const names = (contexts ?? []).map(({ name }) => name);
  if (names.length === 0) {
    throw new ApplyError(
      'the kubeconfig has no context; fill it with npm run kubeconfig -- --from k3s.yaml --merge ~/.kube/config, or name another with --kubeconfig',
    );
  }
  const name = wanted ?? current;
  if (!name) throw new ApplyError(`no context is the current one; choose one with --context: ${names.join(', ')}`);
  if (!names.includes(name))
    throw new ApplyError(`there is no context "${name}"; choose one with --context: ${names.join(', ')}`);
  const server = serverOf(config, name);
  if (!server) {
    throw new ApplyError(`context "${name}" names no cluster with an address; run npm run kubeconfig again`);
  }
  return { context: name, server };
}

function serverOf({ contexts, clusters }: KubeConfig, context: string): string | undefined {
  const found = contexts?.find(({ name }) => name === context);
  return clusters?.find(({ name }) => name === found?.context.cluster)?.cluster.server;
}

/** The current context is often that of whatever one did last, and nothing in dist/ says which cluster it is for. */
function refuseForeign(config: KubeConfig, { context, server }: Target, servers: readonly string[]): void {
  const ours = new Set(servers.map(hostOf));
  if (ours.has(hostOf(server))) return;
  const names = (config.contexts ?? []).map(({ name }) => name);
  const own = names.filter((name) => ours.has(hostOf(serverOf(config, name) ?? '')));
  const cure =
    own.length > 0
      ? `choose one of the site's: ${own.map((name) => `--context ${name}`).join(', ')}`
      : 'add the contexts of the site with npm run kubeconfig';
  throw new ApplyError(
    `the current context, "${context}", leads to ${server}, which is none of the site's addresses (${servers.join(', ')}); ${cure}, or if this is meant, name it: --context ${context}`,
  );
}

/** Host and port of a URL; a text that is none stays as it is and equals nothing of the site's. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

/** The contexts of the same site, which npm run kubeconfig names NAME, NAME-dns and NAME-SERVER. */
function otherWays({ contexts }: KubeConfig, { context }: Target): string {
  const names = (contexts ?? []).map(({ name }) => name).filter((name) => name !== context);
  const site = names.filter((name) => name.startsWith(`${context}-`) || context.startsWith(`${name}-`));
  const base = site.find((name) => context.startsWith(`${name}-`)) ?? context;
  const ways = names.filter((name) => name === base || name.startsWith(`${base}-`));
  return ways.length > 0
    ? `try another way in: ${ways.map((name) => `--context ${name}`).join(', ')}`
    : 'is the machine on, and is k3s running there? systemctl status k3s';
}
