import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installScript } from '../../lib/machines';
import { openrcFiles } from '../../lib/machines/machine-files';
import { SHELLS } from '../support/shells';
import { site } from '../support/sites';

const INSTALLER = 'echo $INSTALL_K3S_VERSION >"$F/version"; rc-update -q add k3s default';
/** Programs of a host; those of OpenRC note their calls. A service is started if it has a file in /run/openrc/started. */
const PROGRAMS: Readonly<Record<string, string>> = {
  id: 'echo 0',
  curl: 'while [ "$1" != -o ]; do shift; done; cp "$F/github/$(basename "$2")" "$2"',
  systemctl: 'exit 1',
  'rc-service':
    'echo "$*" >>"$F/calls"; s=$F/root/run/openrc/started/$2; case $3 in start | restart) : >"$s" ;; status) [ -e "$s" ] ;; esac',
  'rc-update':
    'echo "$*" >>"$F/calls"; s=$F/root/etc/runlevels/default/$3; if [ "$2" = add ]; then : >"$s"; else rm "$s"; fi',
  k3s: '[ -e "$F/version" ] && echo "k3s version $(cat "$F/version") (x)"',
};
const cluster = site();

let folder: string;
const at = (name: string): string => join(folder, name);
function write(name: string, text: string): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
  chmodSync(at(name), 0o755);
}
const changes = (): string[] => {
  const calls = existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trimEnd().split('\n') : [];
  rmSync(at('calls'), { force: true });
  return calls.filter((call) => !call.endsWith('status'));
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-openrc-'));
  for (const [name, text] of Object.entries(PROGRAMS)) write(`bin/${name}`, `#!/bin/sh\nF=${folder}\n${text}\n`);
  for (const path of ['run/openrc/started', 'etc/runlevels/default'])
    mkdirSync(at(`root/${path}`), { recursive: true });
  write('github/install.sh', `F=${folder}\n${INSTALLER}\n`);
  const sum = createHash('sha256')
    .update(readFileSync(at('github/install.sh')))
    .digest('hex');
  write('github/install.sh.sha256sum', `${sum}  install.sh\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(SHELLS)('the script of a host with OpenRC under $shell', ({ command }) => {
  function run(verb: string, change = (text: string) => text) {
    const [node] = cluster.nodes;
    if (!node) throw new Error('the site has no node');
    const [shell = 'sh', ...args] = command;
    const { status, stdout, stderr } = spawnSync(shell, [...args, '-s', '--', verb], {
      input: change(installScript(cluster, node, {}, { token: 'of-the-test' })),
      encoding: 'utf8',
      env: { PATH: `${at('bin')}:/usr/bin:/bin`, INSTALL_ROOT: at('root'), TMPDIR: folder },
    });
    return { status, stderr, lines: stdout.trimEnd().split('\n') };
  }

  test('installs the services of OpenRC and none of systemd', () => {
    expect(run('install')).toMatchObject({ status: 0, stderr: '' });
    for (const { path, content } of openrcFiles(cluster, 'server')) {
      expect(readFileSync(at(`root${path}`), 'utf8')).toBe(content);
    }
    expect(existsSync(at('root/etc/systemd'))).toBe(false);
    expect(changes()).toEqual([
      ...['killpowerd', 'k3s-ha'].map((one) => `-q --ifstarted ${one} restart`),
      '-q add k3s default',
      ...['killpowerd', 'k3s-ha'].flatMap((one) => [`-q add ${one} default`, `-q ${one} start`]),
    ]);
  });

  test('starts k3s, changes nothing the second time, and finds no difference', () => {
    run('install');
    expect(run('start').lines).toEqual(['k3s-1: k3s starts']);
    changes();
    expect([run('install').lines, run('start').lines, changes()]).toEqual([['k3s-1: ok: installed'], [''], []]);
    expect(run('status').lines).toEqual([expect.stringMatching(/, k3s started; \d+ files, 0 differ$/)]);
  });

  test('a host that is removed has no service and no file of this site', () => {
    run('install');
    changes();
    // also after a cut
    expect([run('detach').status, run('detach').status]).toEqual([0, 0]);
    rmSync(at('bin/k3s'));
    expect(run('uninstall')).toMatchObject({ status: 0, stderr: '' });
    expect(changes()).toEqual([
      '-q del k3s default',
      ...['killpowerd', 'k3s-ha'].flatMap((one) => [`-q del ${one} default`, `-q --ifstarted ${one} stop`]),
    ]);
    expect(openrcFiles(cluster, 'server').filter(({ path }) => existsSync(at(`root${path}`)))).toEqual([]);
  });

  test('restarts k3s once after an upgrade', () => {
    run('install');
    run('start');
    write('root/usr/local/bin/k3s', '');
    utimesSync(at('root/run/openrc/started/k3s'), 0, 0);
    expect(run('version').lines).toEqual(['v1.36.4+k3s1 stale']);
    expect(run('upgrade').lines).toEqual(['k3s-1: k3s restarts with v1.36.4+k3s1']);
    changes();
    run('upgrade');
    expect(changes()).toEqual([]);
  });

  test('leaves the cluster with k3s stopped', () => {
    run('install');
    run('start');
    changes();
    expect([run('leave').status, changes()]).toEqual([0, ['-q --ifstarted k3s stop']]);
  });

  test('says what k3s-ha logs in place of a journal', () => {
    write('root/run/openrc/started/k3s', '');
    write('bin/k3s', '#!/bin/sh\nexit 1\n');
    write('root/var/log/k3s.log', 'k3s-ha: WAIT for a vote\n');
    const { status, lines } = run('await', (text) => text.replace("limit='600'", "limit='0'"));
    expect([status, lines.at(-1)]).toEqual([1, expect.stringContaining('(WAIT for a vote); then run this again')]);
  });

  test('refuses pods that power off by logind', () => {
    const { status, lines } = run('check', (text) =>
      text.replace("needs_systemd=''", "needs_systemd='power.actuator'"),
    );
    expect([status, lines]).toEqual([1, [expect.stringContaining('power.actuator is logind, which needs systemd')]]);
  });
});
