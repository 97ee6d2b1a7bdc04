import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hostFiles } from '../../lib/hosts/hosts';
import { site } from '../support/sites';

const files = hostFiles(site());
const textOf = (file: string): string => files.get(`killpower/${file}`) ?? '';

const SHELLS = [
  { shell: 'dash', command: ['dash'] },
  { shell: 'busybox sh', command: ['busybox', 'sh'] },
];

describe.each(SHELLS)('killpower-watch.sh under $shell', ({ shell, command }) => {
  let folder: string;
  let directory: string;
  let flag: string;
  let child: ChildProcess | undefined;
  let log = '';

  beforeAll(() => {
    const [program = '', ...rest] = command;
    const { status } = spawnSync(program, [...rest, '-c', 'exit 0']);
    if (status !== 0) throw new Error(`"${shell}" does not run here; install it (Debian: apt-get install ${program})`);
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'killpower-'));
    directory = join(folder, 'state');
    flag = join(directory, 'killpower');
    writeFileSync(join(folder, 'watch.sh'), textOf('killpower-watch.sh'));
    writeFileSync(join(folder, 'boot_id'), 'boot-1\n');
    // an absolute path: busybox would run its own poweroff and not one from PATH
    writeFileSync(join(folder, 'poweroff'), `#!/bin/sh\necho off >> ${folder}/calls\n[ ! -e ${folder}/broken ]\n`);
    chmodSync(join(folder, 'poweroff'), 0o755);
    log = '';
  });

  afterEach(async () => {
    await stop();
    rmSync(folder, { recursive: true });
  });

  function start(...args: string[]): ChildProcess {
    const [program = '', ...rest] = command;
    child = spawn(program, [...rest, join(folder, 'watch.sh'), ...args], {
      env: {
        PATH: process.env['PATH'],
        KILLPOWER_POWEROFF: join(folder, 'poweroff'),
        KILLPOWER_POLL: '0.05',
        KILLPOWER_BOOT_ID: join(folder, 'boot_id'),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr?.on('data', (data) => {
      log += data;
    });
    return child;
  }

  async function stop(): Promise<void> {
    const process = child;
    child = undefined;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const gone = new Promise((resolve) => process.once('exit', resolve));
    process.kill('SIGKILL');
    await gone;
  }

  async function until(what: string, holds: () => boolean): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if (holds()) return;
      await pause(25);
    }
    throw new Error(`waited 5 s in vain until ${what}; log:\n${log}`);
  }

  const calls = (): number =>
    existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').length / 4 : 0;
  const watching = () => until('it watches', () => log.includes('watching'));
  const raise = () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(flag, '');
  };

  test('powers off once when the flag appears, and takes the flag away', async () => {
    start(directory);
    await watching();
    expect(calls()).toBe(0);
    raise();
    await until('the flag is gone', () => !existsSync(flag));
    await pause(200);
    expect(calls()).toBe(1);
    expect(log).toContain(`${flag} found, powering off`);
  });

  test('clears a flag that is older than its first start', async () => {
    raise();
    start(directory);
    await watching();
    await pause(200);
    expect([calls(), existsSync(flag)]).toEqual([0, false]);
  });

  test('clears a flag that an earlier boot left in a directory that lasts', async () => {
    start(directory);
    await watching();
    await stop();
    raise();
    writeFileSync(join(folder, 'boot_id'), 'boot-2\n');
    log = '';
    start(directory);
    await watching();
    await pause(200);
    expect([calls(), existsSync(flag)]).toEqual([0, false]);
    expect(log).toContain('is from before this boot, clearing it');
  });

  test('obeys a flag that was raised in this boot while it was down', async () => {
    start(directory);
    await watching();
    await stop();
    raise();
    start(directory);
    await until('it powers off', () => calls() === 1);
  });

  test('tries again when powering off fails, and keeps the flag until it works', async () => {
    writeFileSync(join(folder, 'broken'), '');
    start(directory);
    await watching();
    raise();
    await until('it has tried twice', () => calls() >= 2);
    expect([existsSync(flag), log.includes('failed, trying again')]).toEqual([true, true]);
    rmSync(join(folder, 'broken'));
    await until('the flag is gone', () => !existsSync(flag));
  });

  test('stops with status 1 when it cannot tell one boot from another', async () => {
    rmSync(join(folder, 'boot_id'));
    const status = await new Promise((resolve) => start(directory).once('exit', resolve));
    expect(status).toBe(1);
  });

  test('stops with status 2 and its usage when no directory is given', async () => {
    const process = start();
    const status = await new Promise((resolve) => process.once('close', resolve));
    expect([status, log]).toEqual([2, 'usage: killpower-watch DIRECTORY\n']);
  });

  test('can read the OpenRC service', () => {
    writeFileSync(join(folder, 'service'), textOf('killpower-watch.openrc'));
    const [program = '', ...rest] = command;
    const { stderr, status } = spawnSync(program, [...rest, '-n', join(folder, 'service')], { encoding: 'utf8' });
    expect([stderr, status]).toEqual(['', 0]);
  });
});

describe('the files of killpower/', () => {
  const elsewhere = hostFiles(site({ nut: { killpowerPath: '/usr/local/killpower' } }));

  test.each(['killpower.path', 'killpower.service', 'killpower.tmpfiles.conf'])(
    '%s uses the directory of the site',
    (file) => {
      expect(elsewhere.get(`killpower/${file}`)).toContain('/usr/local/killpower/killpower\n');
      expect(elsewhere.get(`killpower/${file}`)).not.toContain('/run/killpower');
    },
  );

  test('killpower-watch.openrc uses the directory of the site', () => {
    expect(elsewhere.get('killpower/killpower-watch.openrc')).toContain('command_args=/usr/local/killpower\n');
  });

  test('killpower.path starts after the flag of an earlier boot is removed and before k3s', () => {
    expect(textOf('killpower.path')).toMatch(/^After=systemd-tmpfiles-setup\.service$/m);
    expect(textOf('killpower.path')).toMatch(/^Before=k3s\.service k3s-agent\.service$/m);
  });

  test('killpower.service removes the flag and then powers off whatever became of it', () => {
    expect(textOf('killpower.service').match(/^ExecStart=.*$/gm)).toEqual([
      'ExecStart=-rm -f /run/killpower/killpower',
      'ExecStart=systemctl poweroff -i',
    ]);
  });

  test('killpower.tmpfiles.conf creates the directory always and removes the flag at boot only', () => {
    expect(textOf('killpower.tmpfiles.conf').match(/^[^#].*$/gm)).toEqual([
      'd /run/killpower 0755 root root -',
      'r! /run/killpower/killpower',
    ]);
  });

  test('killpower-watch.openrc restarts the watcher without limit', () => {
    expect(textOf('killpower-watch.openrc')).toMatch(/^supervisor=supervise-daemon$/m);
    expect(textOf('killpower-watch.openrc')).toMatch(/^respawn_max=0$/m);
  });
});
