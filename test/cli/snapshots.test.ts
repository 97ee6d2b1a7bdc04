import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { programPath } from '../support/program';
import { homeInput } from '../support/sites';

const program = programPath();
/** Of the snapshots, in the folder of a host. */
const FOLDER = 'rancher/k3s/server/db/snapshots';
let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const calls = (): string[] => (existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trimEnd().split('\n') : []);
/** The verbs of scripts by host, of those that change something. */
const changing = (): string[] => calls().filter((call) => !/^(restoring|ca) /.test(call));

/**
 * Hosts are folders: commands run there, and a verb of a script is noted and does what the file of the host and verb says.
 */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapshots-'));
  mkdirSync(at('bin'));
  mkdirSync(at('site'));
  writeFileSync(at('site/cluster.yaml'), stringify(homeInput));
  writeFileSync(
    at('bin/ssh'),
    `#!/bin/sh
for word; do case $word in *@*) host=$word ;; esac; done
host=${folder}/\${host##*.}
for command; do :; done
[ -d "$host" ] || { echo 'No route to host' >&2; exit 255; }
case $command in
  *'sh -s -- '*)
    cat >/dev/null
    verb=\${command##* }
    echo "$verb \${host##*/}" >>${folder}/calls
    [ ! -e "$host/\${verb%%:*}" ] || . "$host/\${verb%%:*}"
    ;;
  *) eval "$(echo "$command" | sed "s,sudo -n ,,;s,/var/lib/rancher,$host/rancher,g")" ;;
esac
`,
    { mode: 0o755 },
  );
  for (const host of [11, 12, 13]) mkdirSync(at(String(host), FOLDER), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(host: number, name: string, text: string, hours: number): void {
  const file = at(String(host), FOLDER, name);
  writeFileSync(file, text);
  spawnSync('touch', ['-d', `${hours} hours ago`, file]);
}

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, 'snapshots', ...args, '--ssh', 'debian@', '--sudo'],
    {
      cwd: at('site'),
      encoding: 'utf8',
      input: '',
      env: { PATH: `${at('bin')}:/usr/bin:/bin`, HOME: folder },
    },
  );
  return { status, stdout, stderr };
}

describe('snapshots list', () => {
  test('has those of every server, newest first', () => {
    put(11, 'old', 'x'.repeat(50_000), 50);
    put(13, 'new', 'x', 3);
    expect(run('list')).toEqual({
      status: 0,
      stderr: '',
      stdout: 'snapshot  on     size    age\nnew       k3s-3  0.0 MB  3 h\nold       k3s-1  0.1 MB  2 days\n',
    });
  });

  test('says which server cannot be asked, and ends with 1', () => {
    put(11, 'one', 'x', 1);
    rmSync(at('12'), { recursive: true });
    const { status, stdout, stderr } = run('list');
    expect([status, stdout, stderr]).toEqual([
      1,
      expect.stringContaining('one'),
      expect.stringContaining('warning: k3s-2'),
    ]);
  });
});

describe('snapshots fetch', () => {
  beforeEach(() => put(12, 'one', 'text of etcd', 1));

  test('copies it for its owner only, with every byte', () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    writeFileSync(at('12', FOLDER, 'one'), bytes);
    expect(run('fetch', 'one').status).toBe(0);
    const file = at('home-snapshots/one');
    expect([readFileSync(file), statSync(file).mode & 0o777]).toEqual([bytes, 0o600]);
    expect(statSync(at('home-snapshots')).mode & 0o777).toBe(0o700);
  });

  test.each([
    ['inside dist/', 'dist/deep'],
    ['inside a Git repository', '../repository/deep'],
  ])('refuses a folder %s', (_, out) => {
    mkdirSync(at('repository/.git'), { recursive: true });
    const { status, stderr } = run('fetch', 'one', '--out', out);
    expect([status, stderr]).toEqual([1, expect.stringContaining('where secrets get committed')]);
  });

  test.each([
    ['a copy that lost its end', 's,cat \\(.*\\),head -c 5 \\1,', '5 of 12 bytes have arrived'],
    ['a copy that was changed', 's,cat \\(.*\\),tr e x <\\1,', 'the copy differs from that on k3s-2'],
  ])('leaves no file of %s', (_, change, says) => {
    const ssh = readFileSync(at('bin/ssh'), 'utf8');
    writeFileSync(at('bin/ssh'), ssh.replace('rancher,g"', `rancher,g;${change.replaceAll('\\', '\\\\')}"`));
    const { status, stderr } = run('fetch', 'one');
    expect([status, stderr]).toEqual([1, expect.stringContaining(says)]);
    expect(readdirSync(at('home-snapshots'))).toEqual([]);
  });
});

describe('snapshots restore', () => {
  beforeEach(() => {
    put(12, 'one', 'text of etcd', 3);
    for (const host of [11, 12, 13]) writeFileSync(at(String(host), 'ca'), 'echo the-ca');
  });
  const restored = (verbs: readonly string[]) => verbs.map((verb) => verb.replace(/:\d{10}/, ':ID'));

  test('restores on the server that has it, before the others join', () => {
    expect(run('restore', 'one', '--yes')).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('gets the data of one, which is 3 h old'),
    });
    expect(restored(changing())).toEqual([
      'fits:one 12',
      ...['stop 11', 'stop 12', 'stop 13', 'restore:one:ID 12', 'set_aside:ID:the-ca 11', 'set_aside:ID:the-ca 13'],
      ...['rejoin 12', 'await 12', 'rejoin 11', 'await 11', 'rejoin 13', 'await 13', 'restored 12'],
    ]);
  });

  test('without --yes and a terminal changes nothing', () => {
    const { status, stderr } = run('restore', 'one');
    expect([status, stderr, changing()]).toEqual([1, expect.stringContaining('give --yes'), []]);
  });

  test('stops nothing for a snapshot of another token', () => {
    writeFileSync(at('12/fits'), 'exit 1');
    expect([run('restore', 'one', '--yes').status, changing()]).toEqual([1, ['fits:one 12']]);
  });

  test('continues a restore without a second reset, with its number', () => {
    writeFileSync(at('12/restoring'), 'echo one 1790000000');
    expect(run('restore', 'one').status).toBe(0);
    expect(changing().slice(0, 3)).toEqual([
      'restore:one:1790000000 12',
      'set_aside:1790000000:the-ca 11',
      'set_aside:1790000000:the-ca 13',
    ]);
  });

  test('refuses another one before that is complete', () => {
    writeFileSync(at('12/restoring'), 'echo other 1790000000');
    const { status, stderr } = run('restore', 'one', '--yes');
    expect([status, stderr, changing()]).toEqual([
      1,
      expect.stringContaining('the restore of other is not complete'),
      [],
    ]);
  });

  test('copies a file of this computer to the first server', () => {
    writeFileSync(at('two'), 'of this computer');
    expect(run('restore', at('two'), '--yes').status).toBe(0);
    expect(readFileSync(at('11', FOLDER, 'two'), 'utf8')).toBe('of this computer');
    expect(restored(changing())).toContain('restore:two:ID 11');
  });

  test('with a server that is off needs --without', () => {
    rmSync(at('13'), { recursive: true });
    expect([run('restore', 'one', '--yes').status, changing()]).toEqual([1, []]);
    const { status, stderr } = run('restore', 'one', '--yes', '--without', 'k3s-3');
    expect([status, stderr]).toEqual([0, expect.stringContaining('k3s-3 must not start with its old data')]);
  });

  test('puts the token of its time on every node first', () => {
    writeFileSync(at('token'), '0123456789abcdef-of-the-test\n');
    run('restore', 'one', '--yes', '--token-file', at('token'));
    expect(changing().slice(0, 4)).toEqual(['fits:one 12', 'token 11', 'token 12', 'token 13']);
  });
});

test('a name that would be a command is no snapshot', () => {
  put(11, 'a;reboot', 'x', 1);
  expect(run('list').stdout).not.toContain('reboot');
  writeFileSync(at('a;reboot'), 'x');
  expect([run('restore', at('a;reboot'), '--yes').status, calls()]).toEqual([1, []]);
});
