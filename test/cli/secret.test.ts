import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { main } from '../../lib/cli/program';
import { secretCommand } from '../../lib/cli/secret';
import { HERE } from '../../lib/cluster/origin';
import { KEEP_ANNOTATIONS } from '../../lib/kube';
import { loadCluster } from '../../lib/site/load';
import { hostFiles } from '../../lib/synth/hosts';
import { inProcess } from '../support/in-process';
import { programPath } from '../support/program';
import { homeInput } from '../support/sites';

const program = programPath();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-command-'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('cluster.yaml', stringify({ ...homeInput, nut: { secret: 'my-users' } }));
  const nas = { name: 'nas', server: { address: '192.168.10.30', cutDelaySeconds: 180 } };
  write('nas.yaml', stringify({ ...homeInput, ups: [...(homeInput.ups ?? []), nas] }));
  const [ups] = homeInput.ups ?? [];
  write('snmp.yaml', stringify({ ...homeInput, ups: [{ ...ups, options: { authPassword: { secret: true } } }] }));
  write('short.yaml', stringify({ ...homeInput, ups: [{ ...ups, options: { community: { secret: true } } }, nas] }));
  const phone = { name: 'phone', type: 'ntfy', url: { secret: true } };
  write('notify.yaml', stringify({ ...homeInput, power: { notify: [phone] } }));
  write('url', 'https://ntfy.sh/x?y=1\n');
  const clients = ['pve', 'syno'].map((name, i) => ({
    name,
    address: `192.168.10.4${i}`,
    haltBudgetSeconds: 60,
    system: i === 0 ? 'nut' : 'synology',
  }));
  const nodes = homeInput.nodes.map((node) => ({ ...node, ups: 'ups' }));
  write('clients.yaml', stringify({ ...homeInput, nodes, ups: [{ ...ups, name: 'ups', clients }] }));
  write('synology', 'secret\n');
  write('community', 'public\n');
  write('password', 'of-the-nas-1\nsecond line\n');
  write('weak', 'short\n');
  mkdirSync(join(folder, 'a-folder'));
});

const { CLUSTER: _, ...env } = process.env;
const secret = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  inProcess(main(secretCommand), ['nut', ...args], { cwd: folder, env: { ...env, ...more } });
const dataOf = (stdout: string): Record<string, string> => parseAllDocuments(stdout)[0]?.toJS().stringData;

describe('secret nut', () => {
  test('prints one Secret with new passwords and nothing else', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'secret', 'nut'], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(parseAllDocuments(stdout).map((document) => document.toJS())).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'my-users', namespace: 'nut', annotations: KEEP_ANNOTATIONS },
        type: 'Opaque',
        stringData: { primary: expect.stringMatching(/^\w{40}$/), secondary: expect.stringMatching(/^\w{40}$/) },
      },
    ]);
    expect(new Set([...Object.values(dataOf(stdout)), ...Object.values(dataOf(secret([]).stdout))]).size).toBe(4);
  });

  const PASSWORD = 'of-the-nas-1';
  test.each([
    [
      'passwords from the first lines of files',
      'nas.yaml --primary-file password --secondary-file password --server-file nas=password',
      { primary: PASSWORD, secondary: PASSWORD, 'server-nas': PASSWORD },
    ],
    [
      'a new password for a client, and the fixed one of a Synology',
      'clients.yaml',
      { 'client-pve': expect.stringMatching(/^\w{40}$/), 'client-syno': 'secret' },
    ],
    ['a given one for a client', 'clients.yaml --client-file pve=password', { 'client-pve': PASSWORD }],
    [
      'the passwords of drivers, under the keys that the pods ask for',
      'snmp.yaml --driver-file ups1.authPassword=password',
      { 'driver-ups1-authPassword': PASSWORD },
    ],
    [
      'the URLs of receivers, as they are',
      'notify.yaml --notify-file phone.url=url',
      { 'notify-phone-url': 'https://ntfy.sh/x?y=1' },
    ],
    [
      'the short passwords of a NAS and an SNMP card',
      'short.yaml --server-file nas=synology --driver-file ups1.community=community',
      { 'server-nas': 'secret', 'driver-ups1-community': 'public' },
    ],
  ])('has %s', (_name, args, data) => {
    const { status, stdout } = secret(['--cluster', ...args.split(' ')]);
    expect(status).toBe(0);
    expect(dataOf(stdout)).toMatchObject(data);
  });

  test.each([['nas.yaml'], ['snmp.yaml'], ['notify.yaml']])('takes the line that README.md of %s prints', (file) => {
    const { cluster } = loadCluster(readFileSync(join(folder, file), 'utf8'), file);
    const readme = hostFiles(cluster, {}, { ...HERE, file, named: true }).get('README.md') ?? '';
    expect(readme).toContain('Replace each FILE by a file whose first line is that password');
    const [, printed = ''] = /secret:nut -- (.*) \| kubectl/.exec(readme) ?? [];
    expect(secret(printed.replaceAll('=FILE', '=password').split(' '))).toMatchObject({ status: 0, stderr: '' });
  });

  test('takes the site from CLUSTER, and an empty one for none', () => {
    expect(secret([], { CLUSTER: 'nas.yaml' }).stderr).toContain('the password for "nas" is missing');
    expect(secret([], { CLUSTER: '' }).status).toBe(0);
  });

  describe('with clusters/ beside cluster.yaml', () => {
    const add = (name: string) => {
      mkdirSync(join(folder, 'clusters'), { recursive: true });
      writeFileSync(join(folder, 'clusters', `${name}.yaml`), stringify({ ...homeInput, nut: { secret: name } }));
    };
    afterEach(() => rmSync(join(folder, 'clusters'), { recursive: true }));

    test('takes the one site in it', () => {
      add('alpha');
      expect(parseAllDocuments(secret([]).stdout)[0]?.toJS().metadata.name).toBe('alpha');
    });

    test('takes none of several, and lists them', () => {
      add('alpha');
      add('beta');
      const { status, stdout, stderr } = secret([]);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toContain('select one with --cluster: clusters/alpha.yaml, clusters/beta.yaml');
    });
  });

  test.each([
    [
      'a missing password of a host outside the cluster',
      ['--cluster', 'nas.yaml'],
      ['the password for "nas" is missing; give it with --server-file nas=FILE'],
    ],
    [
      'a missing URL of a receiver',
      ['--cluster', 'notify.yaml'],
      ['the password for "phone.url" is missing; give it with --notify-file phone.url=FILE'],
    ],
    [
      'a password for a UPS that is not there, and says whose is wanted',
      ['--cluster', 'nas.yaml', '--server-file', 'nsa=password', '--primary-file', 'none'],
      [
        'the password for "nas" is missing; give it with --server-file nas=FILE',
        '--server-file nsa: no host outside the cluster serves a UPS "nsa"; the site needs nas',
        'none: does not exist; correct the name',
      ],
    ],
    [
      'a driver whose password is missing, and one for an option that has none',
      ['--cluster', 'snmp.yaml', '--driver-file', 'ups1.privPassword=password'],
      [
        'the password for "ups1.authPassword" is missing; give it with --driver-file ups1.authPassword=FILE',
        '--driver-file ups1.privPassword: cluster.yaml has no { secret: true } at "ups1.privPassword"; the site needs ups1.authPassword',
      ],
    ],
    [
      'a password for a UPS of its own',
      ['--server-file', 'ups1=password'],
      ['--server-file ups1: no host outside the cluster serves a UPS "ups1"; remove it'],
    ],
    [
      'a password for a Synology, which cannot have another',
      ['--cluster', 'clients.yaml', '--client-file', 'syno=password'],
      ['--client-file syno: ups[].clients has no host with a password of its own "syno"; the site needs pve'],
    ],
    [
      'a password that NUT would not read',
      ['--primary-file', 'weak'],
      ['the primary password is invalid; use 8 to 128 letters, digits and . _ ~ + -, not starting with -'],
    ],
    ['a site that is not there', ['--cluster', 'nofile'], ['nofile: does not exist; correct the name']],
    [
      'a folder without a site',
      ['--cluster', 'a-folder'],
      ['a-folder: no-file: the folder has no .yaml file; add one per cluster'],
    ],
    ['a folder in place of a password', ['--primary-file', 'a-folder'], ['a-folder: is a directory; name a file']],
  ])('refuses %s', (_name, args, lines) => {
    const { status, stdout, stderr } = secret(args);
    expect([status, stdout, stderr]).toEqual([1, '', `${lines.join('\n')}\n`]);
  });

  test('ends with 2 over wrong usage', () => {
    const { status, stderr } = secret(['--server-file', 'nas']);
    expect(status).toBe(2);
    expect(stderr).toContain('write NAME=FILE');
  });
});
