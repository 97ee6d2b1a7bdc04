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
   * Replace entries of another cluster that have one of our names.
   * @default false - they are an error
   */
  readonly replace?: boolean;
  /**
   * Make the context of the VIP the current context.
   * @default false - an existing current context stays
   */
  readonly use?: boolean;
  /** Host and port for one more context; may be missing from the certificate. @default - none; an earlier one stays */
  readonly rescue?: string;
}

/** The merged text, which is secret, and its current context; or all problems. */
export type Merged =
  | { readonly text: string; readonly currentContext: string }
  | { readonly problems: readonly string[] };

type Kind = 'cluster' | 'user' | 'context';

/**
 * Adds a site's clusters, user and contexts to a kubeconfig. Everything else stays, comments included. An entry with one of our names
 * is replaced if it has a server of the site or the same certificate authority. Other fields of our contexts, such as namespace, stay.
 *
 * @param existing the kubeconfig; blank for none
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

/** Why a text cannot be merged into; empty if it can. */
export const kubeconfigProblems = (existing: string): readonly string[] =>
  isBlank(existing) ? [] : read(parsed(existing)).problems;

const isBlank = (text: string): boolean => text.trim() === '';

/** In the failsafe schema every plain value is a text, so values are written as they were read. */
const parsed = (text: string) => parseDocument(text, { schema: 'failsafe', prettyErrors: false });

type Lists = Record<Kind, YAMLSeq>;

/** The three lists of a kubeconfig. A missing or empty list is created. */
function read(document: Document.Parsed): { problems: string[]; lists: Lists } {
  const lists = {} as Lists;
  if (document.errors.length > 0 || !isMap(document.contents)) {
    return { problems: ['not a YAML kubeconfig; correct it, or merge into another file'], lists };
  }
  const kind = textOf(document, 'kind');
  const problems = kind === '' || kind === 'Config' ? [] : [`a ${kind}, not a kubeconfig; merge into another file`];
  for (const key of ['cluster', 'user', 'context'] as const) {
    const node = document.get(`${key}s`, true) as unknown;
    if (isSeq(node)) {
      if (node.items.some((item) => !isMap(item))) problems.push(`${key}s has an entry that is not a map; correct it`);
      lists[key] = node;
    } else if (node === undefined || (isScalar(node) && ['', 'null', '~'].includes(String(node.value ?? '')))) {
      lists[key] = document.createNode([]) as YAMLSeq;
      document.set(`${key}s`, lists[key]);
    } else {
      problems.push(`${key}s is not a list; correct it`);
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

/** A problem for each entry of another cluster that has one of our names. */
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
  const leadsTo = (context: YAMLMap): string => `has cluster "${textOf(context, 'context', 'cluster')}"`;

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
      ? [refusal('user', user, 'has no context of this cluster')]
      : []),
  ];
}

const refusal = (kind: Kind, name: string, why: string): string =>
  `${kind} "${name}" belongs to another cluster (it ${why}); rename it, change the name in cluster.yaml, or give --replace`;

/** Every URL of the site's API servers, including second addresses. */
function urlsOf(cluster: Cluster): string[] {
  const { vip, port } = cluster.controlPlane;
  const addresses = [...vip, ...serversOf(cluster).flatMap(({ address }) => address)];
  return [
    ...endpointsOf(cluster).map(({ server }) => server),
    ...addresses.map((address) => `https://${urlHost(address)}:${port}`),
  ].map(normalized);
}

/** A URL in canonical form; any other text unchanged. */
const normalized = (url: string): string => (URL.canParse(url) ? new URL(url).href : url);

function newNode(document: Document, value: unknown) {
  const node = document.createNode(value);
  quoteTexts(node);
  return node;
}

/** Replaces the first entry of the name, or appends; removes further entries of the name. */
function put(document: Document, list: YAMLSeq, entry: { name: string }): void {
  const [first, ...others] = named(list, entry.name);
  const node = newNode(document, entry);
  if (first) list.items[list.items.indexOf(first)] = node;
  else list.add(node);
  list.items = list.items.filter((item) => !others.some((other) => other === item));
}

/** As `put`, but keeps other fields of the context, such as namespace. */
function putContext(document: Document, list: YAMLSeq, entry: ReturnType<typeof contextEntry>): void {
  const before = named(list, entry.name)[0]?.get('context');
  const kept = isMap(before) ? before.items.filter(({ key }) => !(String(key) in entry.context)) : [];
  put(document, list, entry);
  const after = named(list, entry.name)[0]?.get('context');
  if (isMap(after)) after.items.push(...kept);
}
