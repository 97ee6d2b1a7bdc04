import { ApplyError, type Kubectl } from './kubectl';
import { explained, isDisconnected, linesOf } from './problems';

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

/**
 * The API server that kubectl will talk to, after it answered.
 *
 * @param context the one that was asked for; default: the current one
 * @throws ApplyError with its cure when there is no such context or when nobody answers
 */
export async function connect(kubectl: Kubectl, context: string | undefined): Promise<Target> {
  const { code, stdout, stderr } = await kubectl.run('config', 'view', '--output=json');
  if (code !== 0) throw new ApplyError(linesOf(stderr).join('\n'));
  const config = JSON.parse(stdout) as KubeConfig;
  const target = targetOf(config, context);
  // --raw neither needs nor fills the cache of kubectl
  const answer = await kubectl.run(`--context=${target.context}`, '--request-timeout=10s', 'get', '--raw=/version');
  if (answer.code === 0) return target;
  if (!isDisconnected(answer.stderr)) throw new ApplyError(explained(answer.stderr).join('\n'));
  throw new ApplyError(
    `context "${target.context}": ${target.server} does not answer (${linesOf(answer.stderr).at(-1)}); ${otherWays(config, target)}`,
  );
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
