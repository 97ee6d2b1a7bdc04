import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { hostsCommand } from '../../lib/cli/hosts';
import { main } from '../../lib/cli/program';
import { inProcess } from '../support/in-process';
import { programPath } from '../support/program';

const program = programPath();
const TOKEN = '5f1d8c0b7a3e9642-the-token';
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0 me@desk';

describe('hosts', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hosts-'));
    writeFileSync(join(folder, 'token'), `${TOKEN}\n`);
    writeFileSync(join(folder, 'key.pub'), `${KEY}\n`);
  });

  const at = (file: string) => join(folder, file);
  const run = (...args: readonly string[]) => inProcess(main(hostsCommand), args);
  const options = () => ['--token-file', at('token'), '--out', at('seed')];
  const write = (...args: readonly string[]) => run(...options(), ...args);
  const files = (): string[] =>
    (readdirSync(at('seed'), { recursive: true }) as string[])
      .filter((file) => statSync(at(`seed/${file}`)).isFile())
      .sort();

  test('writes a seed for every server and a host name for each, readable only by the owner', () => {
    const args = [program, 'hosts', ...options(), '--ssh-key', at('key.pub')];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(files()).toEqual([
      'names/k3s-1/meta-data',
      'names/k3s-2/meta-data',
      'names/k3s-3/meta-data',
      'server/meta-data',
      'server/user-data',
    ]);
    expect(files().map((file) => statSync(at(`seed/${file}`)).mode & 0o777)).toEqual(files().map(() => 0o600));
    expect(statSync(at('seed')).mode & 0o777).toBe(0o700);
    expect(stdout).toContain('the servers bootstrap the cluster by themselves, as soon as a majority of them is up');
  });

  test('writes for the operating system of the site', () => {
    const { stdout } = write('--cluster', 'examples/howto-k3os.yaml');
    expect(files()).toEqual(['server.yaml']);
    expect(stdout).toContain('k3os for howto-k3os');
    expect(stdout).toContain('bootstrap from the boot menu of one server');
  });

  test('puts the token and the keys into user-data and into no message', () => {
    const { stdout, stderr } = write('--ssh-key', at('key.pub'));
    const userData = parse(readFileSync(at('seed/server/user-data'), 'utf8')) as {
      ssh_authorized_keys: string[];
      write_files: { path: string; content: string; permissions: string }[];
    };
    expect(userData.ssh_authorized_keys).toEqual([KEY]);
    expect(userData.write_files.find(({ path }) => path === '/etc/rancher/k3s/token')).toMatchObject({
      content: `${TOKEN}\n`,
      permissions: '0600',
    });
    expect(stdout + stderr).not.toContain(TOKEN);
  });

  test('writes the same bytes when asked twice', () => {
    write();
    const first = readFileSync(at('seed/server/user-data'), 'utf8');
    rmSync(at('seed'), { recursive: true });
    write();
    expect(readFileSync(at('seed/server/user-data'), 'utf8')).toBe(first);
  });

  test.each([
    ['kairos', ['names/k3s-1.yaml', 'names/k3s-2.yaml', 'names/k3s-3.yaml', 'server.yaml']],
    ['k3os', ['server.yaml']],
  ])('writes one file for all hosts of a role for %s, with the token in it', (system, expected) => {
    expect(write('--os', system).status).toBe(0);
    expect(files()).toEqual(expected);
    expect(readFileSync(at('seed/server.yaml'), 'utf8')).toContain(TOKEN);
  });

  test('writes for Kairos a host name that completes the file of its role', () => {
    write('--os', 'kairos');
    const both = `${readFileSync(at('seed/server.yaml'), 'utf8')}${readFileSync(at('seed/names/k3s-2.yaml'), 'utf8')}`;
    expect(parse(both)).toMatchObject({ hostname: 'k3s-2', k3s: { enabled: true } });
  });

  test('writes a tree with the modes that the node needs', () => {
    expect(write('--os', 'plain').status).toBe(0);
    const modeOf = (file: string) => statSync(at(`seed/server/${file}`)).mode & 0o777;
    expect([modeOf('etc/rancher/k3s/token'), modeOf('usr/local/sbin/k3s-ha')]).toEqual([0o600, 0o755]);
  });

  test.each([
    ['cloud-init', /^(\w+)\/ is a NoCloud seed for every \1\./gm],
    ['kairos', /^(\w+).yaml is the cloud-config of every \1:/gm],
    ['k3os', /^(\w+).yaml is the config.yaml of every \1,/gm],
    ['plain', /^(\w+)\/ is a file tree for every \1\./gm],
  ])('says for %s what to do with the files of each role there is', (system, line) => {
    const rolesIn = ({ stdout }: { stdout: string }) => [...stdout.matchAll(line)].map(([, role]) => role);
    expect(rolesIn(write('--os', system))).toEqual(['server']);
    rmSync(at('seed'), { recursive: true });
    expect(rolesIn(write('--os', system, '--cluster', 'examples/dual-stack.yaml'))).toEqual(['server', 'agent']);
  });

  describe('the line that copies a tree to a host', () => {
    beforeEach(() => {
      const { stdout } = write('--os', 'plain');
      mkdirSync(at('machine/etc/systemd/system'), { recursive: true });
      for (const path of ['', 'etc', 'etc/systemd', 'etc/systemd/system']) chmodSync(at(`machine/${path}`), 0o755);
      // a stand-in for ssh with a folder in place of /
      mkdirSync(at('bin'));
      const ssh = `#!/bin/sh\numask 022\n[ "$1 $2 $3 $4" = 'root@SERVER tar -C /' ] || exit 1\nshift 4\nexec tar -C '${at('machine')}' "$@"\n`;
      writeFileSync(at('bin/ssh'), ssh, { mode: 0o755 });
      const line = stdout.split('\n').find((said) => said.includes('| ssh root@SERVER')) ?? 'exit 1';
      const { status, stderr } = spawnSync('sh', ['-c', line], {
        encoding: 'utf8',
        env: { PATH: `${at('bin')}:${process.env['PATH']}` },
      });
      expect([status, stderr]).toEqual([0, '']);
    });

    test.each([
      ['does not change the folders of the host', { '': 755, etc: 755, 'etc/systemd': 755, 'etc/systemd/system': 755 }],
      [
        'creates folders with mode 755',
        { 'etc/rancher': 755, 'etc/rancher/k3s': 755, usr: 755, 'usr/local/sbin': 755 },
      ],
      ['keeps the modes of the files', { 'etc/rancher/k3s/token': 600, 'usr/local/sbin/k3s-ha': 755 }],
    ])('%s', (_, modes) => {
      const modeOf = (path: string) => Number((statSync(at(`machine/${path}`)).mode & 0o777).toString(8));
      expect(Object.fromEntries(Object.keys(modes).map((path) => [path, modeOf(path)]))).toEqual(modes);
    });
  });

  const refused = (says: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(says);
    expect(readdirSync(folder).filter((file) => file.startsWith('seed'))).toEqual([]);
  };

  test.each([
    ['an empty token', '\n', 'the token is empty'],
    ['a short token', 'secret\n', 'the token is weak'],
    ['a monotonous token', `${'ab'.repeat(20)}\n`, 'the token is weak'],
    ['a token with blanks', 'a token of several words\n', 'not one word'],
    ['a full token with a weak password', `K10${'0'.repeat(64)}::server:secret\n`, 'the token is weak'],
  ])('refuses %s and writes nothing', (_, token, says) => {
    writeFileSync(at('token'), token);
    refused(says, '--token-file', at('token'), '--out', at('seed'));
  });

  test('takes a full token', () => {
    writeFileSync(at('token'), `K10${'0'.repeat(64)}::server:${TOKEN}\n`);
    expect(write().status).toBe(0);
  });

  test('refuses a token file that is not there', () => {
    refused('does not exist', '--token-file', at('nothing'), '--out', at('seed'));
  });

  test('refuses a folder in place of a file, and a file in place of the folder', () => {
    const token = ['--token-file', at('token')];
    refused(`${folder}: is a directory; name a file`, '--token-file', folder, '--out', at('seed'));
    refused(`${folder}: is a directory`, ...token, '--ssh-key', folder, '--out', at('seed'));
    refused(`${folder}: no-file: the folder has no .yaml file`, ...token, '--cluster', folder, '--out', at('seed'));
    refused(`${at('key.pub')}: a file is in the place of a folder`, ...token, '--out', at('key.pub'));
  });

  test('takes the one site of a folder, and none of several', () => {
    writeFileSync(at('alpha.yaml'), readFileSync('cluster.yaml', 'utf8').replace('name: home', 'name: alpha'));
    expect(write('--cluster', folder).stdout).toContain('cloud-init for alpha');
    rmSync(at('seed'), { recursive: true });
    writeFileSync(at('beta.yaml'), '');
    refused('select one with --cluster', '--token-file', at('token'), '--cluster', folder, '--out', at('seed'));
  });

  test('refuses a private SSH key', () => {
    writeFileSync(at('key'), '-----BEGIN OPENSSH PRIVATE KEY-----\n');
    refused('this is a private key', '--token-file', at('token'), '--ssh-key', at('key'), '--out', at('seed'));
  });

  test('refuses a folder inside the project, also behind a link', () => {
    symlinkSync(process.cwd(), at('link'));
    refused('inside the project', '--token-file', at('token'), '--out', at('link/seed'));
    expect(existsSync('seed')).toBe(false);
  });

  test('refuses a folder that is in use and leaves it as it is', () => {
    mkdirSync(at('used'));
    writeFileSync(at('used/file'), 'mine');
    refused('already has files', '--token-file', at('token'), '--out', at('used'));
    expect(readdirSync(at('used'))).toEqual(['file']);
  });

  test('ends with 2 over wrong usage and with 0 over --help', () => {
    expect([run().status, write('--os', 'windows').status, run('--help').status]).toEqual([2, 2, 0]);
  });
});
