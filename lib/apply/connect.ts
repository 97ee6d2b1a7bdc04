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
  readonly deadline: Deadline;
}

/**
 * The API server that kubectl will talk to, after it answered.
 *
 * @throws ApplyError with its cure when there is no such file or context, or when nobody answers
 */
export async function connect(kubectl: Kubectl, options: ConnectOptions): Promise<Target> {
  const config = await readConfig(kubectl, options);
  const target = targetOf(config, options.context);
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

function targetOf({ contexts, clusters, 'current-context': current }: KubeConfig, wanted: string | undefined): Target {
  const names = (contexts ?? []).map(({ name }) => name);
  if (names.length === 0) {
    throw new ApplyError(
      'the kubeconfig has no context; fill it with npm run kubeconfig -- --from k3s.yaml --merge ~/.kube/config, or name another with --kubeconfig',
    );
  }
  const name = wanted ?? current;
  if (!name) throw new ApplyError(`no context is the current one; choose one with --context: ${names.join(', ')}`);
  const found = contexts?.find((candidate) => candidate.name === name);
  if (!found) throw new ApplyError(`there is no context "${name}"; choose one with --context: ${names.join(', ')}`);
  const server = clusters?.find((candidate) => candidate.name === found.context.cluster)?.cluster.server;
  if (!server) {
    throw new ApplyError(`context "${name}" names no cluster with an address; run npm run kubeconfig again`);
  }
  return { context: name, server };
}

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
