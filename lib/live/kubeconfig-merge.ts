import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { type Cluster, serversOf } from '../cluster';
import {
  type Credentials,
  clusterEntry,
  contextEntry,
  type Endpoint,
  endpointsOf,
  fillKubeconfig,
  quoteTexts,
  userEntry,
  userOf,
} from '../machines';
import { urlHost } from '../network';

/** How to merge. */
export interface MergeOptions {
  /**
   * Replace entries that have one of our names but lead to another cluster.
   * @default false - they are refused
   */
  readonly replace?: boolean;
  /**
   * Make the virtual IP's context the current one.
   * @default false - the current context stays, if there is one and its entry exists
   */
  readonly use?: boolean;
  /** Host and port for one more context, which need not be in the certificate. @default - none; one from before stays */
  readonly rescue?: string;
}

/** The merged text, which is secret, and its current context; or everything that stands in the way. */
export type Merged =
  | { readonly text: string; readonly currentContext: string }
  | { readonly problems: readonly string[] };

type Kind = 'cluster' | 'user' | 'context';

/**
 * Adds a site's clusters, user and contexts to a kubeconfig. Everything else in it stays as it is, comments included: foreign entries, also ones
 * called `default`, extensions and preferences. An entry with one of our names is replaced when it is ours: when its server is one of the
 * site's or its certificate authority is the same. A namespace or extensions that somebody set on one of our contexts stay.
 *
 * @param existing the kubeconfig to add to; blank for none
 */
export function mergeKubeconfig(
  existing: string,
  cluster: Cluster,
  credentials: Credentials,
  options: MergeOptions = {},
): Merged {
  const endpoints = endpointsOf(cluster, options.rescue);
  const own = endpoints[0].name;
  if (isBlank(existing)) return { text: fillKubeconfig(cluster, credentials, options.rescue), currentContext: own };
  const document = parsed(existing);
  const { problems, lists } = read(document);
  if (problems.length > 0) return { problems };

  const foreign = options.replace ? [] : foreignEntries(cluster, credentials, lists, endpoints);
  if (foreign.length > 0) return { problems: foreign };

  for (const endpoint of endpoints) {
    put(document, lists.cluster, clusterEntry(endpoint, credentials.certificateAuthority));
    const place = options.replace ? put : putContext;
    place(document, lists.context, contextEntry(cluster, endpoint));
  }
  put(document, lists.user, userEntry(cluster, credentials));

  const current = textOf(document, 'current-context');
  const keeps = !options.use && named(lists.context, current).length > 0;
  if (!keeps) document.set('current-context', newNode(document, own));
  return { text: document.toString({ lineWidth: 0 }), currentContext: keeps ? current : own };
}

/** What makes a text no kubeconfig that can be merged into, if anything. */
export const kubeconfigProblems = (existing: string): readonly string[] =>
  isBlank(existing) ? [] : read(parsed(existing)).problems;

const isBlank = (text: string): boolean => text.trim() === '';

/** In the failsafe schema every plain value is a text, so that what is written again is what was read. */
const parsed = (text: string) => parseDocument(text, { schema: 'failsafe', prettyErrors: false });

type Lists = Record<Kind, YAMLSeq>;

/** The three lists of a kubeconfig. A list that is missing or empty becomes one. */
function read(document: Document.Parsed): { problems: string[]; lists: Lists } {
  const lists = {} as Lists;
  if (document.errors.length > 0 || !isMap(document.contents)) {
    return { problems: ['it is no YAML of a kubeconfig; mend it or merge into another file'], lists };
  }
  const kind = textOf(document, 'kind');
  const problems =
    kind === '' || kind === 'Config' ? [] : [`it is a ${kind} and no kubeconfig; merge into another file`];
  for (const key of ['cluster', 'user', 'context'] as const) {
    const node = document.get(`${key}s`, true) as unknown;
    if (isSeq(node)) {
      if (node.items.some((item) => !isMap(item))) problems.push(`its ${key}s are no list of entries; mend it first`);
      lists[key] = node;
    } else if (node === undefined || (isScalar(node) && ['', 'null', '~'].includes(String(node.value ?? '')))) {
      lists[key] = document.createNode([]) as YAMLSeq;
      document.set(`${key}s`, lists[key]);
    } else {
      problems.push(`its ${key}s are no list; mend it first`);
    }
  }
  if (problems.length === 0) {
    if (kind === '') document.set('kind', newNode(document, 'Config'));
    if (!document.has('apiVersion')) document.set('apiVersion', newNode(document, 'v1'));
  }
  return { problems, lists };
}

const textOf = (node: Document | YAMLMap | undefined, ...path: string[]): string => {
  const value: unknown = node?.getIn(path);
  return typeof value === 'string' ? value : '';
};

const maps = (list: YAMLSeq): YAMLMap[] => list.items.filter(isMap);
const named = (list: YAMLSeq, name: string): YAMLMap[] => maps(list).filter((entry) => textOf(entry, 'name') === name);

/** Entries that have a name of ours and are not ours, each as a problem. */
function foreignEntries(
  cluster: Cluster,
  credentials: Credentials,
  lists: Lists,
  endpoints: readonly Endpoint[],
): string[] {
  const urls = new Set(urlsOf(cluster));
  const isOurs = (entry: YAMLMap): boolean =>
    urls.has(normalized(textOf(entry, 'cluster', 'server'))) ||
    textOf(entry, 'cluster', 'certificate-authority-data') === credentials.certificateAuthority;
  const leadsToUs = (context: YAMLMap): boolean =>
    named(lists.cluster, textOf(context, 'context', 'cluster')).some(isOurs);
  const leadsTo = (context: YAMLMap): string => `leads to cluster "${textOf(context, 'context', 'cluster')}"`;

  const user = userOf(cluster);
  const users = maps(lists.context).filter((context) => textOf(context, 'context', 'user') === user);
  return [
    ...endpoints.flatMap(({ name }) => [
      ...named(lists.cluster, name)
        .filter((entry) => !isOurs(entry))
        .map((entry) => refusal('cluster', name, `has server ${textOf(entry, 'cluster', 'server') || 'none'}`)),
      ...named(lists.context, name)
        .filter((entry) => !leadsToUs(entry))
        .map((entry) => refusal('context', name, leadsTo(entry))),
    ]),
    ...(named(lists.user, user).length > 0 && !users.some(leadsToUs)
      ? [refusal('user', user, 'is used by no context of this cluster')]
      : []),
  ];
}

const refusal = (kind: Kind, name: string, why: string): string =>
  `it already has a ${kind} "${name}" that is not this cluster's: it ${why}; rename it, change the name in cluster.yaml, or replace it with --replace`;

/** Every URL of the site's API server, those of second addresses too. */
function urlsOf(cluster: Cluster): string[] {
  const { vip, port } = cluster.controlPlane;
  const addresses = [...vip, ...serversOf(cluster).flatMap(({ address }) => address)];
  return [
    ...endpointsOf(cluster).map(({ server }) => server),
    ...addresses.map((address) => `https://${urlHost(address)}:${port}`),
  ].map(normalized);
}

/** A URL in one spelling; a text that is none stays as it is. */
const normalized = (url: string): string => (URL.canParse(url) ? new URL(url).href : url);

function newNode(document: Document, value: unknown) {
  const node = document.createNode(value);
  quoteTexts(node);
  return node;
}

/** Puts an entry in the place of the first of its name, or at the end; further ones of the name go. */
function put(document: Document, list: YAMLSeq, entry: { name: string }): void {
  const [first, ...others] = named(list, entry.name);
  const node = newNode(document, entry);
  if (first) list.items[list.items.indexOf(first)] = node;
  else list.add(node);
  list.items = list.items.filter((item) => !others.some((other) => other === item));
}

/** As `put`; what somebody set on the context, such as a namespace, stays. */
function putContext(document: Document, list: YAMLSeq, entry: ReturnType<typeof contextEntry>): void {
  const before = named(list, entry.name)[0]?.get('context');
  const kept = isMap(before) ? before.items.filter(({ key }) => !(String(key) in entry.context)) : [];
  put(document, list, entry);
  const after = named(list, entry.name)[0]?.get('context');
  if (isMap(after)) after.items.push(...kept);
}
