import childProcess, { type SpawnSyncOptions } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { kubeconfigCommand } from '../../lib/cli/kubeconfig';
import { main } from '../../lib/cli/program';
import { k3sYaml, type Pair, withAuthority } from '../support/certificates';
import { inProcess } from '../support/in-process';
import { homeInput } from '../support/sites';

let authority: string;
let client: Pair;
let expired: Pair;
let folder: string;

beforeAll(() => {
  withAuthority(3650, (made) => {
    authority = made.pair.certificate;
    [client, expired] = [made.client(365), made.client(-1)];
  });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  mkdirSync(at('bin'));
  writeFileSync(at('cluster.yaml'), stringify(homeInput));
  // an ssh that notes how it is called and does what the file of its host says
  writeFileSync(
    at('bin/ssh'),
    `#!/bin/sh\necho "$*" >>${at('calls')}\nfor word; do case $word in *192.168.10.*) host=\${word#*@} ;; esac; done\n. ${folder}/$host\n`,
  );
  chmodSync(at('bin/ssh'), 0o755);
  for (const host of ['192.168.10.11', '192.168.10.12', '192.168.10.13']) server(host, UNREACHABLE);
});

const UNREACHABLE = 'echo "ssh: connect to host: No route to host" >&2; exit 255';
const at = (name: string): string => join(folder, name);
const server = (host: string, script: string): void => writeFileSync(at(host), script);
const serves = (pair: Pair): string => {
  const file = at(`k3s-${pair === client ? 'good' : 'old'}.yaml`);
  writeFileSync(file, k3sYaml(authority, pair));
  return `cat ${file}`;
};
const calls = (): string[] => readFileSync(at('calls'), 'utf8').trimEnd().split('\n');

function run(...args: string[]) {
  const env = { PATH: `${at('bin')}:/usr/bin:/bin`, HOME: folder };
  const ended = inProcess(main(kubeconfigCommand), args, { cwd: folder, env });
  return { ...ended, lines: ended.stderr.trimEnd().split('\n') };
}

describe('kubeconfig --ssh', () => {
  test('reads from the first server only, if it answers', () => {
    server('192.168.10.11', serves(client));
    const { status, stdout } = run('--ssh', 'root@');
    expect([status, parse(stdout).users[0].user['client-certificate-data']]).toEqual([0, client.certificate]);
    expect(calls()).toEqual([
      '-n -T -o ConnectTimeout=5 -o BatchMode=yes -- root@192.168.10.11 cat /etc/rancher/k3s/k3s.yaml',
    ]);
  });

  test('uses the user of ssh by default, and accepts one without @', () => {
    server('192.168.10.11', serves(client));
    run('--ssh');
    run('--ssh', 'admin');
    expect(calls().map((call) => call.split(' -- ')[1]?.split(' ')[0])).toEqual([
      '192.168.10.11',
      'admin@192.168.10.11',
    ]);
  });

  test('skips a server that is unreachable, with a warning', () => {
    server('192.168.10.12', serves(client));
    const { status, lines } = run('--ssh', 'root@', '--merge', 'config');
    expect([status, calls().length, existsSync(at('config'))]).toEqual([0, 2, true]);
    expect(lines[0]).toBe(
      'warning: k3s-1 (192.168.10.11): ssh cannot connect (ssh: connect to host: No route to host); try ssh by hand, it may prompt',
    );
  });

  test('skips a server with expired credentials', () => {
    server('192.168.10.11', serves(expired));
    server('192.168.10.12', serves(client));
    const { status, lines } = run('--ssh', 'root@');
    expect([status, lines[0]]).toEqual([
      0,
      expect.stringMatching(/^warning: k3s-1 \(192\.168\.10\.11\): the client certificate has expired/),
    ]);
  });

  test('skips a server that accepts the connection and does not answer, not before the 10 s that an image takes', () => {
    server('192.168.10.11', 'exec sleep 60');
    server('192.168.10.12', serves(client));
    // a tenth of the time
    const { spawnSync } = childProcess;
    const started = jest.spyOn(childProcess, 'spawnSync');
    started.mockImplementation(((program: string, args: string[], options: SpawnSyncOptions) =>
      spawnSync(program, args, { ...options, timeout: (options.timeout ?? 0) / 10 })) as typeof spawnSync);
    const { status, lines } = run('--ssh', 'root@', '--timeout', '1');
    const [limit] = started.mock.calls.map(([, , options]) => options?.timeout);
    started.mockRestore();
    expect([status, lines[0]]).toEqual([0, expect.stringContaining('k3s-1 (192.168.10.11): ssh timed out')]);
    expect(limit).toBeGreaterThan(11_000);
  });

  test('reads the file with --sudo', () => {
    server('192.168.10.11', serves(client));
    run('--ssh', 'admin@', '--sudo');
    expect(calls()[0]).toMatch(/ -- admin@192\.168\.10\.11 sudo -n cat \/etc\/rancher\/k3s\/k3s\.yaml$/);
  });

  test('reports an unreadable file with a cure', () => {
    for (const host of ['192.168.10.11', '192.168.10.12', '192.168.10.13'])
      server(host, 'echo "cat: k3s.yaml: Permission denied" >&2; exit 1');
    const { status, lines } = run('--ssh', 'admin@', '--merge', 'config');
    expect([status, lines.length, existsSync(at('config'))]).toEqual([1, 3, false]);
    expect(lines[2]).toBe(
      'k3s-3 (192.168.10.13): /etc/rancher/k3s/k3s.yaml cannot be read (cat: k3s.yaml: Permission denied); log in as root, or give --sudo, and check that k3s has started there once',
    );
  });

  // the forced command of cloud-init's disable_root
  const forced = (user: string) => `echo 'Please login as the user "${user}" rather than the user "root".'; echo;`;

  test('names the user of an image that disables root login', () => {
    for (const host of ['192.168.10.11', '192.168.10.12']) server(host, `${forced('debian')} exit 142`);
    server('192.168.10.13', serves(client));
    const { status, lines } = run('--ssh', 'root@');
    expect([status, lines[0]]).toEqual([
      0,
      'warning: k3s-1 (192.168.10.11): root cannot log in; give --ssh debian@ --sudo',
    ]);
  });

  test('names every server if none answers', () => {
    const { status, stdout, lines } = run('--ssh', 'root@');
    expect([status, stdout]).toEqual([1, '']);
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'k3s-1 (192.168.10.11)',
      'k3s-2 (192.168.10.12)',
      'k3s-3 (192.168.10.13)',
    ]);
  });

  test('reports a missing ssh', () => {
    rmSync(at('bin/ssh'));
    const env = { PATH: at('bin') };
    const { status, stderr } = inProcess(main(kubeconfigCommand), ['--ssh'], { cwd: folder, env });
    expect([status, stderr.split('\n')[0]]).toEqual([
      1,
      'k3s-1 (192.168.10.11): the program ssh is missing; install openssh-client',
    ]);
  });

  test('asks no server if the site or the file to merge into is invalid', () => {
    writeFileSync(at('config'), 'kind: Secret');
    expect(run('--ssh', 'root@', '--merge', 'config').status).toBe(1);
    expect(existsSync(at('calls'))).toBe(false);
  });

  test('never prints a credential to standard error', () => {
    server('192.168.10.11', serves(expired));
    server('192.168.10.12', `${serves(client)}; exit 1`);
    server('192.168.10.13', serves(client));
    expect(run('--ssh').stderr).not.toMatch(/LS0t|BEGIN/);
  });
});

describe('kubeconfig --rescue', () => {
  test('adds a context for an address that is in no certificate', () => {
    server('192.168.10.11', serves(client));
    const { stdout, stderr } = run('--ssh', 'root@', '--rescue', 'localhost:16443');
    expect(parse(stdout).clusters.at(-1)).toEqual({
      name: 'home-rescue',
      cluster: {
        'certificate-authority-data': authority,
        server: 'https://localhost:16443',
        'tls-server-name': 'kubernetes',
      },
    });
    expect(stderr).toContain('home-k3s-3, home-rescue; current: home;');
  });

  test('takes another address the next time, and leaves the one before when there is none', () => {
    server('192.168.10.11', serves(client));
    const rescueServer = () => parse(readFileSync(at('config'), 'utf8')).clusters.at(-1).cluster.server;
    run('--ssh', '--merge', 'config', '--rescue', 'localhost:16443');
    expect(run('--ssh', '--merge', 'config', '--rescue', '[::1]:26443').status).toBe(0);
    expect(rescueServer()).toBe('https://[::1]:26443');
    run('--ssh', '--merge', 'config');
    expect(rescueServer()).toBe('https://[::1]:26443');
  });
});

describe('the usage of kubeconfig', () => {
  test.each([
    ['a file and ssh at once', ['--from', 'k3s.yaml', '--ssh']],
    ['sudo without ssh', ['--from', 'k3s.yaml', '--sudo']],
    ['neither a file nor ssh', ['--merge', 'config']],
    ['a user that ssh would take for an option', ['--ssh', '-oProxyCommand=x']],
    ['a user with a host', ['--ssh', 'root@k3s-1']],
    ['no time at all', ['--ssh', '--timeout', '0']],
    ['a rescue address without port', ['--ssh', '--rescue', 'localhost']],
    ['a rescue address with a path', ['--ssh', '--rescue', 'localhost:1/x']],
    ['a rescue port that does not exist', ['--ssh', '--rescue', 'localhost:65536']],
  ])('ends with 2 for %s, and no server is asked', (_, args) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout, stderr.startsWith('error: '), existsSync(at('calls'))]).toEqual([2, '', true, false]);
  });
});
