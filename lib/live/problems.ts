import { type DistFile, manifestsOf } from './dist';
import type { Ended } from './kubectl';

/** A sentence of kubectl's, and what to do about it. */
interface Cure {
  readonly pattern: RegExp;
  readonly cure: string;
}

const CURES: readonly Cure[] = [
  {
    pattern: /CustomResourceDefinition.*(field is immutable|may not change once set)/,
    cure: 'to delete it would delete every object of its kind; docs/upgrade-metallb.md has what to do with an older MetalLB',
  },
  {
    pattern: /Deployment\S* "controller" is invalid.*field is immutable/,
    cure: 'delete it with kubectl, run this again, and then kubectl -n metallb-system rollout restart daemonset speaker: the key of their gossip goes with it',
  },
  {
    pattern: /field is immutable|cannot change roleRef|may not change once set/,
    cure: 'delete this object with kubectl and run this again; it is made anew',
  },
  {
    pattern: /Apply failed with \d+ conflicts?|conflict with "/,
    cure: 'something else manages these fields; run without --server-side, or decide with kubectl apply --server-side --force-conflicts',
  },
  {
    pattern: /strict decoding error|unknown field/,
    cure: 'this cluster does not know the field; compare its version (kubectl version) with versions.k3s in cluster.yaml',
  },
  {
    pattern: /no matches for kind "HelmChart/,
    cure: 'k3s serves this kind unless it runs with disable-helm-controller',
  },
  {
    pattern: /no matches for kind/,
    cure: 'this cluster does not serve the kind; install its definition first',
  },
  {
    pattern: /Unauthorized|must be logged in|certificate has expired/,
    cure: 'the credentials are no longer good; copy k3s.yaml from a server and run npm run kubeconfig',
  },
  {
    pattern: /admission webhook "\S+\.metallb\.io" denied the request/,
    cure: 'MetalLB compares with what is in the cluster; where that is a pool which dist/ no longer has or which gave these addresses away, delete or shrink it first: kubectl -n metallb-system delete ipaddresspool NAME',
  },
  {
    pattern: /admission webhook "[^"]+" denied the request/,
    cure: 'a policy of this cluster refuses it; ask who made the policy, or change what it names',
  },
  {
    pattern: /\(Forbidden\)|is forbidden/,
    cure: 'apply with the credentials of k3s.yaml, which may do everything',
  },
  {
    pattern: /x509: |tls: failed to verify/,
    cure: 'the authority in the kubeconfig is not that of this cluster; copy k3s.yaml from a server and run npm run kubeconfig',
  },
];

/** What kubectl said, a line each, with the cure where one is known. */
export const explained = (stderr: string): string[] =>
  linesOf(stderr).map((line) => {
    const cure = CURES.find(({ pattern }) => pattern.test(line))?.cure;
    return cure === undefined ? line : `${line}; ${cure}`;
  });

/** The lines that say something; `ensure CRDs are installed first` only repeats the line before. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== 'ensure CRDs are installed first');

/** Something in the way that passes by itself. */
export interface Hindrance {
  /** Who is in the way, such as `the API server`. */
  readonly what: string;
  /** What it does, such as `does not answer yet`. */
  readonly state: string;
  /** What to do when it does not pass. */
  readonly cure: string;
}

/** What kubectl failed for, if that passes by itself. */
export function hindranceOf({ stderr, isKilled }: Pick<Ended, 'stderr' | 'isKilled'>): Hindrance | undefined {
  const webhook = stderr.match(/failed calling webhook "([^"]+)"/)?.[1];
  if (webhook !== undefined) {
    return {
      what: `webhook ${webhook}`,
      state: 'does not answer yet',
      cure: 'see why its controller is not ready: kubectl -n metallb-system logs deployment/controller',
    };
  }
  const namespace = stderr.match(/unable to create new content in namespace (\S+) because it is being terminated/)?.[1];
  if (namespace !== undefined) {
    return {
      what: `namespace ${namespace}`,
      state: 'is still being deleted',
      cure: `see what holds it: kubectl describe namespace ${namespace}`,
    };
  }
  const cure = 'try another context, or again when it is back; nothing is done twice';
  if (isKilled || UNREACHABLE.test(stderr)) return { what: 'the API server', state: 'does not answer yet', cure };
  return UNREADY.test(stderr) ? { what: 'the API server', state: 'cannot do it yet', cure } : undefined;
}

/** What kubectl says when nobody answers, as for a moment when the virtual IP moves. A wrong certificate is an answer, and stays wrong. */
const UNREACHABLE =
  /connection (to the server .* was )?refused|connection reset|client connection lost|use of closed network connection|unexpected EOF|: EOF$|no route to host|i\/o timeout|context deadline exceeded|TLS handshake timeout|Unable to connect to the server: (?!.*x509)/m;

/**
 * What an API server says that starts, stops or has too much to do, whose etcd chooses another leader, or whose object changed meanwhile.
 * What else etcd says, such as that it is full, does not pass.
 */
const UNREADY =
  /\((ServiceUnavailable|TooManyRequests|ServerTimeout|Timeout)\)|currently unable to handle the request|etcdserver: (leader changed|no leader|not leader|request timed out|server stopped|too many requests|unhealthy cluster)|the object has been modified/;

/**
 * The lines of a dry run that only say that an earlier object of the same dist/ is not in the cluster yet: a kind whose definition,
 * or a namespace that, is in there.
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
