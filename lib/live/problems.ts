import { type DistFile, manifestsOf } from './dist';
import type { Ended } from './kubectl';

/** A message of kubectl, and what to do. */
interface Cure {
  readonly pattern: RegExp;
  readonly cure: string;
}

const CURES: readonly Cure[] = [
  {
    pattern: /CustomResourceDefinition.*(field is immutable|may not change once set)/,
    cure: 'do not delete it, because that deletes every object of its kind; see docs/upgrade-metallb.md',
  },
  {
    pattern: /Deployment\S* "controller" is invalid.*field is immutable/,
    cure: 'delete it with kubectl, run this again, then kubectl -n metallb-system rollout restart daemonset speaker: the Secret memberlist is deleted with it',
  },
  {
    pattern: /field is immutable|cannot change roleRef|may not change once set/,
    cure: 'delete this object with kubectl and run this again',
  },
  {
    pattern: /Apply failed with \d+ conflicts?|conflict with "/,
    cure: 'another field manager owns these fields; run without --server-side, or run kubectl apply --server-side --force-conflicts',
  },
  {
    pattern: /strict decoding error|unknown field/,
    cure: 'this cluster has no such field; compare kubectl version with versions.k3s in cluster.yaml',
  },
  { pattern: /no matches for kind "HelmChart/, cure: 'remove disable-helm-controller from the configuration of k3s' },
  { pattern: /no matches for kind/, cure: 'install the definition of the kind first' },
  {
    pattern: /Unauthorized|must be logged in|certificate has expired/,
    cure: 'the credentials are invalid or expired; copy k3s.yaml from a server and run npm run kubeconfig',
  },
  {
    pattern: /admission webhook "\S+\.metallb\.io" denied the request/,
    cure: 'if a pool in the cluster that dist/ no longer has holds these addresses, run apply with --prune, or delete or shrink it first: kubectl -n metallb-system delete ipaddresspool NAME',
  },
  {
    pattern: /admission webhook "[^"]+" denied the request/,
    cure: 'an admission policy of this cluster refuses it; change the policy, or what it names',
  },
  { pattern: /\(Forbidden\)|is forbidden/, cure: 'apply with the credentials of k3s.yaml, which have all rights' },
  {
    pattern: /x509: |tls: failed to verify/,
    cure: 'the certificate authority of the kubeconfig is not that of this cluster; copy k3s.yaml from a server and run npm run kubeconfig',
  },
];

/** The messages of kubectl, a line each, with the cure if one is known. */
export const explained = (stderr: string): string[] =>
  linesOf(stderr).map((line) => {
    const cure = CURES.find(({ pattern }) => pattern.test(line))?.cure;
    return cure === undefined ? line : `${line}; ${cure}`;
  });

/** The lines of kubectl, without blank ones and without a hint that repeats the line before. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== 'ensure CRDs are installed first');

/** A temporary error. */
export interface Hindrance {
  /** What is unavailable, such as `the API server`. */
  readonly what: string;
  /** Its state, such as `does not answer`. */
  readonly state: string;
  /** What to do if the error persists. */
  readonly cure: string;
}

/** The temporary error that kubectl reports, if it is one. */
export function hindranceOf({ stderr, isKilled }: Pick<Ended, 'stderr' | 'isKilled'>): Hindrance | undefined {
  const webhook = stderr.match(/failed calling webhook "([^"]+)"/)?.[1];
  if (webhook !== undefined) {
    return {
      what: `webhook ${webhook}`,
      state: 'does not answer',
      cure: 'inspect its controller: kubectl -n metallb-system logs deployment/controller',
    };
  }
  const namespace = stderr.match(/unable to create new content in namespace (\S+) because it is being terminated/)?.[1];
  if (namespace !== undefined) {
    return {
      what: `namespace ${namespace}`,
      state: 'is terminating',
      cure: `inspect its finalizers: kubectl describe namespace ${namespace}`,
    };
  }
  const cure = 'try another context, or run this again later';
  if (isKilled || UNREACHABLE.test(stderr)) return { what: 'the API server', state: 'does not answer', cure };
  return UNREADY.test(stderr) ? { what: 'the API server', state: 'is not ready', cure } : undefined;
}

/** Messages without an answer, as during a failover of the VIP. A wrong certificate is an answer, and permanent. */
const UNREACHABLE =
  /connection (to the server .* was )?refused|connection reset|client connection lost|use of closed network connection|unexpected EOF|: EOF$|no route to host|i\/o timeout|context deadline exceeded|TLS handshake timeout|Unable to connect to the server: (?!.*x509)/m;

/**
 * Messages of an API server that starts, stops or is overloaded, of an etcd leader election, and of a concurrent change. Other errors
 * of etcd, such as a full database, are permanent.
 */
const UNREADY =
  /\((ServiceUnavailable|TooManyRequests|ServerTimeout|Timeout)\)|currently unable to handle the request|etcdserver: (leader changed|no leader|not leader|request timed out|server stopped|too many requests|unhealthy cluster)|the object has been modified/;

/**
 * Splits the lines of a dry run: `expected` reports a kind or namespace that this dist/ defines and the cluster does not have yet.
 */
export function untilApplied(stderr: string, files: readonly DistFile[]): { expected: string[]; others: string[] } {
  const manifests = manifestsOf(files);
  const kinds = manifests.flatMap(({ defines }) => defines ?? []);
  const namespaces = manifests.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name);
  const isExpected = (line: string) =>
    kinds.includes(line.match(/no matches for kind "([^"]+)"/)?.[1] ?? '') ||
    namespaces.includes(line.match(/namespaces "([^"]+)" not found/)?.[1] ?? '');
  const lines = linesOf(stderr);
  return { expected: lines.filter(isExpected), others: lines.filter((line) => !isExpected(line)) };
}
