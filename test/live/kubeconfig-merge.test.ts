import { parse } from 'yaml';
import type { ClusterInput } from '../../lib/cluster/schema';
import { type MergeOptions, mergeKubeconfig } from '../../lib/live/kubeconfig-merge';
import type { Credentials } from '../../lib/machines/credentials';
import { endpointsOf, fillKubeconfig } from '../../lib/machines/kubeconfig';
import { type Pair, withAuthority } from '../support/certificates';
import { homeInput, site } from '../support/sites';

let authority: Pair;
let client: Pair;
let otherClient: Pair;
beforeAll(() => {
  withAuthority(3650, (made) => {
    authority = made.pair;
    client = made.client(365);
    otherClient = made.client(365);
  });
});

const credentials = (): Credentials => ({
  certificateAuthority: authority.certificate,
  clientCertificate: client.certificate,
  clientKey: client.key,
});

describe('mergeKubeconfig', () => {
  const FOREIGN = `# my clusters
apiVersion: v1
kind: Config
preferences: {colors: true}
clusters:
- name: default   # work
  cluster:
    server: https://work.example.com
    insecure-skip-tls-verify: true
users:
- name: default
  user: {token: "0123"}
contexts:
- name: default
  context: {cluster: default, user: default, namespace: team}
extensions:
- name: tool
  extension: {last: 010, since: 2020-01-01}
current-context: default
`;
  const merge = (existing: string, options: MergeOptions = {}, changes: Partial<ClusterInput> = {}) =>
    mergeKubeconfig(existing, site(changes), credentials(), options);
  const merged = (existing: string, options: MergeOptions = {}, changes: Partial<ClusterInput> = {}): string => {
    const result = merge(existing, options, changes);
    if ('problems' in result) throw new Error(result.problems.join('\n'));
    return result.text;
  };
  const problemsOf = (existing: string, options: MergeOptions = {}): readonly string[] => {
    const result = merge(existing, options);
    return 'problems' in result ? result.problems : [];
  };
  const oursTwice = (): string => merged(merged(FOREIGN));

  test('of a site with nothing is the filled template', () => {
    expect(merged(' \n')).toBe(fillKubeconfig(site(), credentials()));
  });

  test('keeps every line of what was there', () => {
    const lines = merged(FOREIGN)
      .split('\n')
      .map((line) => line.trim());
    for (const line of [
      '# my clusters',
      'insecure-skip-tls-verify: true',
      'server: https://work.example.com',
      'current-context: default',
    ]) {
      expect(lines).toContain(line);
    }
    expect(merged(FOREIGN)).toMatch(/last: 010,\s*since: 2020-01-01/);
    expect(merged(FOREIGN)).toMatch(/name: default\s+# work/);
  });

  test('keeps foreign entries that are called default, preferences and extensions', () => {
    const [before, now] = [parse(FOREIGN), parse(merged(FOREIGN))];
    for (const list of ['clusters', 'users', 'contexts']) expect(now[list][0]).toEqual(before[list][0]);
    expect([now.preferences, now.extensions]).toEqual([before.preferences, before.extensions]);
  });

  test('done twice is the same as done once', () => {
    expect(oursTwice()).toBe(merged(FOREIGN));
  });

  test('keeps the current context', () => {
    expect(merge(FOREIGN)).toMatchObject({ currentContext: 'default' });
  });

  test('makes the VIP current if the current context does not exist', () => {
    expect(merge(FOREIGN.replace('current-context: default', 'current-context: gone'))).toMatchObject({
      currentContext: 'home',
    });
  });

  test('makes the VIP current with use', () => {
    const text = merged(FOREIGN, { use: true });
    expect(parse(text)['current-context']).toBe('home');
  });

  test('replaces the credentials of our own entries', () => {
    const stale = merged(FOREIGN).replaceAll(client.certificate, otherClient.certificate);
    expect(merged(stale)).toBe(merged(FOREIGN));
  });

  test('takes an entry with the same authority as ours when a server has a new address', () => {
    const nodes = homeInput.nodes.map((node, i) => (i === 0 ? { ...node, address: '192.168.10.99' } : node));
    const text = merged(merged(FOREIGN), {}, { nodes });
    expect(text).toContain('https://192.168.10.99:6443');
    expect(text).not.toContain('https://192.168.10.11:6443');
  });

  test('keeps the namespace that was set on one of our contexts', () => {
    const config = parse(merged(FOREIGN));
    config.contexts[1].context.namespace = 'nut';
    expect(parse(merged(JSON.stringify(config))).contexts[1]).toEqual({
      name: 'home',
      context: { cluster: 'home', user: 'home-admin', namespace: 'nut' },
    });
  });

  test('refuses entries of our names that lead to another cluster, all at once', () => {
    const other = FOREIGN.replaceAll('name: default', 'name: home').replaceAll('cluster: default', 'cluster: home');
    const problems = problemsOf(`${other}`.replace('current-context: default', 'current-context: home'));
    expect(problems).toEqual([
      'cluster "home" belongs to another cluster (it has server https://work.example.com); rename it, change the name in cluster.yaml, or give --replace',
      'context "home" belongs to another cluster (it has cluster "home"); rename it, change the name in cluster.yaml, or give --replace',
    ]);
  });

  test('refuses a user of our name that no context of ours uses', () => {
    const other = FOREIGN.replace('users:\n- name: default', 'users:\n- name: home-admin');
    expect(problemsOf(other)).toEqual([expect.stringContaining('user "home-admin" belongs to another cluster')]);
  });

  test('replaces them with replace', () => {
    const other = FOREIGN.replaceAll('name: default', 'name: home').replaceAll('cluster: default', 'cluster: home');
    expect(parse(merged(other, { replace: true })).contexts[0]).toEqual({
      name: 'home',
      context: { cluster: 'home', user: 'home-admin' },
    });
  });

  test('leaves one entry where there were two of our name', () => {
    const config = parse(merged(FOREIGN));
    config.clusters.push(config.clusters[1]);
    expect(parse(merged(JSON.stringify(config))).clusters.map(({ name }: { name: string }) => name)).toEqual([
      'default',
      ...endpointsOf(site()).map(({ name }) => name),
    ]);
  });

  test('fills the empty file that kubectl writes', () => {
    const empty =
      'apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: ""\nkind: Config\npreferences: {}\nusers: null\n';
    expect(parse(merged(empty))).toEqual({ ...parse(fillKubeconfig(site(), credentials())), preferences: {} });
  });

  test.each([
    ['broken YAML', 'a: [', /^not a YAML kubeconfig/],
    ['a list', '- a', /^not a YAML kubeconfig/],
    ['another kind of object', 'kind: Secret', /^a Secret, not a kubeconfig/],
    ['entries that are no list', 'clusters: {a: b}', /^clusters is not a list/],
    ['a list of texts', 'users: [a]', /^users has an entry that is not a map/],
  ])('refuses to merge into %s', (_, text, message) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(message)]);
  });
});
