import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type InstallVerb, installScript } from '../../lib/machines';
import { machineFiles } from '../../lib/machines/machine-files';
import { SHELLS } from '../support/shells';
import { site } from '../support/sites';

const cluster = site();
const TOKEN = '0123456789abcdef-of-the-test';
const addOns = { kubeVip: 'END_OF_FILE\nkind: DaemonSet\n' };

/** Programs of a host; each notes its call. systemctl finds every unit running, and k3s enabled by its installer. */
const PROGRAMS: Readonly<Record<string, string>> = {
  id: 'echo 0',
  ip: 'echo "2: eth0 inet 192.168.10.11/24 scope global eth0"',
  timedatectl: 'echo yes',
  ss: 'cat "$F/listens" 2>/dev/null',
  // the ports of other nodes refuse
  bash: 'exit 142',
  curl: 'echo "$*" >>"$F/curl"; case "$*" in */cluster/member/*) cat "$F/members" ;; *time_connect*) exit 7 ;; *) while [ "$1" != -o ]; do shift; done; cp "$F/github/$(basename "$2")" "$2" ;; esac',
  systemctl:
    'echo "$*" >>"$F/calls"; case "$*" in show*) cat "$F/started" ;; "is-enabled -q k3s.service") [ -e "$F/enabled" ] ;; esac',
  k3s: '[ -e "$F/version" ] && echo "k3s version $(cat "$F/version") (x)"',
};

let folder: string;
const at = (name: string): string => join(folder, name);
function write(name: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
  chmodSync(at(name), mode);
}
const read = (name: string): string => readFileSync(at(name), 'utf8');
const calls = (): string[] => (existsSync(at('calls')) ? read('calls').trimEnd().split('\n') : []);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'));
  for (const [name, text] of Object.entries(PROGRAMS)) write(`bin/${name}`, `#!/bin/sh\nF=${folder}\n${text}\n`, 0o755);
  write('root/run/systemd/system/unit', '');
  write('root/sys/fs/cgroup/cgroup.controllers', 'memory\n');
  write('github/install.sh', `echo $INSTALL_K3S_VERSION >${folder}/version; : >${folder}/enabled`);
  const sum = createHash('sha256').update(read('github/install.sh')).digest('hex');
  write('github/install.sh.sha256sum', `${sum}  install.sh\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(SHELLS)('the script of a host under $shell', ({ command }) => {
  function run(verb: InstallVerb | `evict:${string}`, change = (text: string) => text) {
    const [node] = cluster.nodes;
    if (!node) throw new Error('the site has no node');
    const [shell = 'sh', ...args] = command;
    const { status, stdout, stderr } = spawnSync(shell, [...args, '-s', '--', verb], {
      input: change(installScript(cluster, node, addOns, { token: TOKEN })),
      encoding: 'utf8',
      env: { PATH: `${at('bin')}:/usr/bin:/bin`, INSTALL_ROOT: at('root'), K3S_HA_HOSTNAME: 'k3s-1', TMPDIR: folder },
    });
    return { status, stderr, lines: stdout.trimEnd().split('\n') };
  }

  test('installs every file with its text and mode, whatever the text', () => {
    expect(run('install')).toMatchObject({ status: 0, stderr: '' });
    for (const { path, permissions, content } of machineFiles(cluster, 'server', addOns, { token: TOKEN })) {
      expect(read(`root${path}`)).toBe(content);
      expect(statSync(at(`root${path}`)).mode & 0o777).toBe(Number.parseInt(permissions, 8));
    }
  });

  test('changes nothing the second time, and leaves no copy of the token', () => {
    run('install');
    rmSync(at('calls'));
    expect(run('install').lines).toEqual(['k3s-1: ok: installed']);
    expect(calls().filter((call) => !/^is-/.test(call))).toEqual([]);
    expect(spawnSync('grep', ['-rl', TOKEN, folder], { encoding: 'utf8' }).stdout.trim()).toBe(
      at('root/etc/rancher/k3s/token'),
    );
  });

  test('plan names each change and makes none', () => {
    const { status, lines } = run('plan');
    expect([status, existsSync(at('root/etc'))]).toEqual([0, false]);
    expect(lines).toContain('k3s-1: would write /etc/rancher/k3s/token, mode 0600');
    expect(lines).toContain('k3s-1: would install k3s v1.36.4+k3s1');
  });

  test('a run that was cut after its files is completed by the next', () => {
    // exits where a cut would end it
    const cut = (text: string) => text.replace('reload || fail', 'exit 9; fail');
    expect(run('install', cut).status).toBe(9);
    run('install');
    expect(calls()).toContain('daemon-reload');
  });

  test('control: without its mark the next run would not reload systemd', () => {
    run('install', (text) => text.replace('reload || fail', 'exit 9; fail'));
    run('install', (text) => text.replace('if [ -e "$unfinished" ]', 'if [ -s "$work.stale" ]'));
    expect(calls()).not.toContain('daemon-reload');
  });

  test('a script that arrives in part does nothing', () => {
    expect(run('install', (text) => text.slice(0, -30)).lines).toEqual(['']);
    expect(existsSync(at('root/etc'))).toBe(false);
  });

  test('check accepts a host that meets the requirements', () => {
    const { status, lines } = run('check');
    expect([status, lines.at(-1)]).toEqual([0, 'k3s-1: ok: meets the requirements']);
    expect(lines.filter((line) => line.includes('problem:'))).toEqual([]);
  });

  test.each<[problem: string, before: () => void, says: string]>([
    ['another user than root', () => write('bin/id', '#!/bin/sh\necho 1000\n', 0o755), 'this user is not root'],
    [
      'a host with another init',
      () => rmSync(at('root/run/systemd'), { recursive: true }),
      'neither systemd nor OpenRC runs here',
    ],
    ['another token', () => write('root/etc/rancher/k3s/token', 'other\n'), '/etc/rancher/k3s/token has another token'],
    [
      'another version in use',
      () => write('version', 'v1.30.0+k3s1'),
      'k3s v1.30.0+k3s1 is in use, and versions.k3s is v1.36.4+k3s1',
    ],
    [
      'another address',
      () => write('bin/ip', '#!/bin/sh\necho "2: eth0 inet 192.168.10.99/24 scope global eth0"\n', 0o755),
      'this host has 192.168.10.99',
    ],
    [
      'a port in use',
      () => write('listens', 'LISTEN 0 1 *:1 *:* users:(("nginx",pid=1,fd=1))\n'),
      'TCP port 2379 is used by nginx',
    ],
    [
      'a clock that is not synchronized',
      () => write('bin/timedatectl', '#!/bin/sh\necho no\n', 0o755),
      'the clock is not synchronized',
    ],
  ])('check refuses %s', (_, before, says) => {
    before();
    const { status, lines } = run('check');
    expect([status, lines.join()]).toEqual([1, expect.stringContaining(`k3s-1: problem: ${says}`)]);
  });

  test.each([
    ['a UPS of the driver', '051d:0002', 'ok: UPS 051d:0002 on the USB bus; ups1 has its driver usbhid-ups'],
    [
      'a UPS of another driver',
      '0665:5161',
      'note: UPS 0665:5161 has the driver nutdrv_qx,blazer_usb, and ups1 of cluster.yaml has usbhid-ups',
    ],
    [
      'no UPS',
      '046d:c31c',
      'note: no UPS of a known vendor is on the USB bus, and the cable of ups1 ends here; connect it',
    ],
  ])('check names %s on the USB bus', (_, device, says) => {
    const [vendor, product] = device.split(':');
    write('root/sys/bus/usb/devices/1-1/idVendor', `${vendor}\n`);
    write('root/sys/bus/usb/devices/1-1/idProduct', `${product}\n`);
    expect(run('check').lines.join()).toContain(`k3s-1: ${says}`);
  });

  test('an installer that differs from its checksum is not run', () => {
    write('github/install.sh', `: >${folder}/was-run`);
    const { status, lines } = run('install');
    expect([status, lines.at(-1)]).toEqual([1, expect.stringContaining('install.sh differs from its checksum')]);
    expect(existsSync(at('was-run'))).toBe(false);
  });

  test('a member of etcd is removed by its ID', () => {
    write('members', '');
    run('evict:123');
    expect(read('curl')).toMatch(/-d \{"ID":"123"\} https:\/\/127.0.0.1:2379\/v3\/cluster\/member\/remove$/m);
  });

  describe('of a host that is replaced', () => {
    const WAL = 'root/var/lib/rancher/k3s/server/db/etcd/member/wal/0.wal';
    const state = () => run('state').lines;

    test('state is none, then data, and new until it has joined', () => {
      expect(state()).toEqual(['none']);
      write(WAL, '');
      expect(state()).toEqual(['data']);
      run('leave');
      expect(state()).toEqual(['none']);
      write(WAL, '');
      expect(state()).toEqual(['new']);
    });

    test('leave stops k3s before its data is moved away, and keeps the data', () => {
      write(WAL, 'old');
      const { lines } = run('leave');
      const [, kept] = /moved to (\S+)$/.exec(lines.join()) ?? [];
      expect([calls()[0], existsSync(join(kept ?? '', 'etcd/member/wal/0.wal'))]).toEqual(['stop k3s.service', true]);
    });

    test.each([
      ['ETCD join failed: duplicate node name found, please', 'etcd has a member of an earlier host k3s-1'],
      [
        '"error":"the member has been permanently removed from the cluster"',
        'etcd has removed this host, which has its old data',
      ],
      ['Node password rejected, duplicate hostname or', 'the cluster has the password of an earlier host k3s-1'],
    ])('await names what k3s logs: %s', (log, why) => {
      write('bin/systemctl', '#!/bin/sh\nexit 3\n', 0o755);
      write('bin/journalctl', `#!/bin/sh\necho '${log}'\n`, 0o755);
      expect(run('await')).toMatchObject({ status: 1, lines: [`k3s-1: problem: ${why}; run machines replace k3s-1`] });
    });
  });

  test('uninstall leaves nothing but the volumes of pods', () => {
    run('install');
    rmSync(at('bin/k3s'));
    write('root/var/lib/rancher/k3s/storage/volume', 'mine');
    write('root/usr/local/bin/k3s-uninstall.sh', `: >${folder}/uninstalled`);
    expect(run('uninstall')).toMatchObject({ status: 0, stderr: '' });
    const left = spawnSync('find', [at('root'), '-type', 'f'], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
      .sort();
    expect([existsSync(at('uninstalled')), left.map((path) => path.slice(at('root').length))]).toEqual([
      true,
      [
        '/run/install-k3s',
        '/run/systemd/system/unit',
        '/sys/fs/cgroup/cgroup.controllers',
        '/usr/local/bin/k3s-uninstall.sh',
        expect.stringMatching(/^\/var\/lib\/k3s-storage-\d+\/volume$/),
      ],
    ]);
  });

  test('upgrade restarts k3s once, also if it was cut after the installer', () => {
    const restarts = () => calls().filter((call) => call === 'restart --no-block k3s.service').length;
    write('version', 'v1.36.3+k3s1');
    write('enabled', '');
    write('root/usr/local/bin/k3s', '');
    write('started', '2020-01-01 00:00:00 UTC');
    expect(run('version').lines).toEqual(['v1.36.3+k3s1 stale']);
    expect(run('upgrade')).toMatchObject({ status: 0, stderr: '' });
    expect([read('version'), restarts()]).toEqual(['v1.36.4+k3s1\n', 1]);
    // the restart is cut: k3s of the old start still runs
    run('upgrade');
    expect(restarts()).toBe(2);
    write('started', '2099-01-01 00:00:00 UTC');
    run('upgrade');
    expect([restarts(), run('version').lines]).toEqual([2, ['v1.36.4+k3s1']]);
  });

  test('k3s and its installer that were copied here are used, and nothing is fetched', () => {
    rmSync(at('github'), { recursive: true });
    const offline = 'root/usr/local/share/k3s-ha/offline';
    write(`${offline}/k3s`, '#!/bin/sh\n');
    write(
      `${offline}/install.sh`,
      `[ "$INSTALL_K3S_SKIP_DOWNLOAD" = true ] && echo $INSTALL_K3S_VERSION >${folder}/version && : >${folder}/enabled`,
    );
    expect(run('install')).toMatchObject({ status: 0, stderr: '' });
    expect([read('root/usr/local/bin/k3s'), existsSync(at(offline))]).toEqual(['#!/bin/sh\n', false]);
  });

  test('k3s of another architecture does not replace the old one', () => {
    write('root/usr/local/bin/k3s', 'old');
    write('root/usr/local/share/k3s-ha/offline/k3s', '#!/of/another/architecture\n');
    write('root/usr/local/share/k3s-ha/offline/install.sh', '');
    const { status, lines } = run('install');
    expect([status, lines.at(-1)]).toEqual([1, expect.stringContaining('the k3s that was copied does not run on')]);
    expect(read('root/usr/local/bin/k3s')).toBe('old');
  });

  test('status ends with 2 and names what differs', () => {
    run('install');
    expect(run('status')).toMatchObject({
      status: 0,
      lines: [
        expect.stringContaining(`${machineFiles(cluster, 'server', addOns, { token: TOKEN }).length} files, 0 differ`),
      ],
    });
    write('root/etc/rancher/k3s/config.yaml', 'other\n', 0o600);
    expect(run('status')).toMatchObject({
      status: 2,
      lines: [expect.stringContaining('1 differ'), 'k3s-1: /etc/rancher/k3s/config.yaml differs from hosts/'],
    });
  });
});
