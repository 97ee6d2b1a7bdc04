import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ClusterInput } from '../../lib/cluster/schema';
import { mergeKubeconfig } from '../../lib/live/kubeconfig-merge';
import type { Credentials } from '../../lib/machines/credentials';
import { endpointsOf, fillKubeconfig, kubeconfigTemplate } from '../../lib/machines/kubeconfig';
import { type Pair, withAuthority } from '../support/certificates';
import { kubectlPath, onLinux } from '../support/kubectl';
import { dualStack, homeInput, site } from '../support/sites';

let authority: Pair;
let client: Pair;
beforeAll(() => {
  withAuthority(3650, (made) => {
    authority = made.pair;
    client = made.client(365);
  });
});

const credentials = (): Credentials => ({
  certificateAuthority: authority.certificate,
  clientCertificate: client.certificate,
  clientKey: client.key,
});

describe('the contexts of a site', () => {
  const named = (changes: Partial<ClusterInput> = {}) =>
    endpointsOf(site(changes)).map(({ name, server }) => `${name} ${server}`);

  test('are one for the VIP, the DNS name and each server', () => {
    expect(named()).toEqual([
      'home https://192.168.10.5:6443',
      'home-dns https://api.home.arpa:6443',
      'home-k3s-1 https://192.168.10.11:6443',
      'home-k3s-2 https://192.168.10.12:6443',
      'home-k3s-3 https://192.168.10.13:6443',
    ]);
  });

  test('have none for an agent', () => {
    const nodes = [...homeInput.nodes, { name: 'worker', address: '192.168.10.21', role: 'agent' as const }];
    expect(named({ nodes })).toEqual(named());
  });

  test('have none for a DNS name that the site does not have', () => {
    expect(named({ controlPlane: { vip: '192.168.10.5' } })).not.toContainEqual(expect.stringContaining('dns'));
  });

  test('have a name each also when a server is called dns', () => {
    const nodes = homeInput.nodes.map((node, i) => (i === 2 ? { ...node, name: 'dns' } : node));
    expect(named({ nodes })).toEqual(
      expect.arrayContaining(['home-dns https://192.168.10.13:6443', 'home-dns-name https://api.home.arpa:6443']),
    );
  });

  test('have one more for a rescue, also when a server is called so', () => {
    const rescued = (cluster = site()) => endpointsOf(cluster, 'localhost:16443').at(-1);
    const nodes = homeInput.nodes.map((node, i) => (i === 2 ? { ...node, name: 'rescue' } : node));
    expect(rescued()).toEqual({
      name: 'home-rescue',
      server: 'https://localhost:16443',
      tlsServerName: 'kubernetes',
    });
    expect(rescued(site({ nodes }))?.name).toBe('home-rescue-name');
  });

  test('use the first IP family, the port of the site, and brackets around IPv6', () => {
    const controlPlane = { vip: ['fd00:10::5', '192.168.10.5'], port: 8443 };
    const network = { subnet: ['fd00:10::/64', '192.168.10.0/24'] };
    const nodes = dualStack.nodes.map((node) => ({ ...node, address: [node.address].flat().reverse() }));
    expect(named({ ...dualStack, nodes, network, controlPlane }).slice(0, 2)).toEqual([
      'home https://[fd00:10::5]:8443',
      'home-k3s-1 https://[fd00:10::11]:8443',
    ]);
  });
});

describe('a real kubectl', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const onLinuxOnly = onLinux ? test : test.skip;
  function kubectl(text: string, ...args: string[]): string {
    const file = join(folder, 'config');
    writeFileSync(file, text, { mode: 0o600 });
    const { stdout, stderr, status } = spawnSync(kubectlPath(), [`--kubeconfig=${file}`, 'config', ...args], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  }
  const view = (text: string) => JSON.parse(kubectl(text, 'view', '-o', 'json', '--raw'));
  const contexts = (text: string) => kubectl(text, 'get-contexts', '-o', 'name').trim().split('\n');
  const ours = ['home', 'home-dns', 'home-k3s-1', 'home-k3s-2', 'home-k3s-3'];

  onLinuxOnly('reads the template (Linux x64)', () => {
    expect(contexts(kubeconfigTemplate(site()))).toEqual(ours);
  });

  onLinuxOnly('reads from a filled one what was put in (Linux x64)', () => {
    expect(view(fillKubeconfig(site(), credentials()))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: endpointsOf(site()).map(({ name, server }) => ({
        name,
        cluster: { server, 'certificate-authority-data': authority.certificate },
      })),
      users: [
        {
          name: 'home-admin',
          user: { 'client-certificate-data': client.certificate, 'client-key-data': client.key },
        },
      ],
      contexts: ours.map((name) => ({ name, context: { cluster: name, user: 'home-admin' } })),
      'current-context': 'home',
    });
  });

  onLinuxOnly.each([
    ['YAML', (text: string) => text],
    ['JSON', (text: string) => JSON.stringify(parse(text))],
  ])('sees its own %s entries unchanged after a merge, and ours beside them (Linux x64)', (_, format) => {
    // as kubectl itself writes it
    const own = join(folder, 'own');
    const set = (...args: string[]) => spawnSync(kubectlPath(), [`--kubeconfig=${own}`, 'config', ...args]);
    set('set-cluster', 'default', '--server=https://work.example.com', '--proxy-url=http://proxy:3128');
    set('set-credentials', 'default', '--token=0123');
    set('set-context', 'default', '--cluster=default', '--user=default', '--namespace=1e3');
    set('use-context', 'default');
    const file = readFileSync(own, 'utf8');
    const before = view(file);
    const result = mergeKubeconfig(format(file), site(), credentials());
    if ('problems' in result) throw new Error(result.problems.join('\n'));
    const now = view(result.text);
    for (const list of ['clusters', 'users', 'contexts'])
      expect(now[list]).toEqual(expect.arrayContaining(before[list]));
    expect(contexts(result.text)).toEqual(['default', ...ours]);
    expect(now['current-context']).toBe('default');
  });

  onLinuxOnly.each(['no', '1e3', '123', '0x1f', 'null'])('reads a cluster called %s (Linux x64)', (name) => {
    const result = mergeKubeconfig('kind: Config\n', site({ name }), credentials());
    if ('problems' in result) throw new Error(result.problems.join('\n'));
    for (const text of [
      result.text,
      fillKubeconfig(site({ name }), credentials()),
      kubeconfigTemplate(site({ name })),
    ]) {
      expect(contexts(text)).toContain(name);
      expect(kubectl(text, 'current-context').trim()).toBe(name);
    }
  });
});
