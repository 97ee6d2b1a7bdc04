import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProjectFile } from '../../lib/files/project';
import { killpowerdScript } from '../../lib/machines/killpower';
import { nutFiles } from '../../lib/nut/files';
import type { CabledUps, FedNode, NutModel } from '../../lib/nut/model';
import { notifyFiles } from '../../lib/nut/notify';
import { SHELLS } from '../support/shells';
import { until } from '../support/until';

export const BOOT = '7a1f3c52-9d0e-4b6a-8c11-d3e5f7a9b1c3';
export const UPTIME = 1000;

const cabled = (name: string): CabledUps => ({
  name,
  driver: 'usbhid-ups',
  port: 'auto',
  node: 'srv1',
  addresses: ['10.0.0.1'],
  offDelaySeconds: 120,
});
const fed = (name: string, minSupplies: number, ...feeds: string[]): FedNode => ({
  name,
  address: `10.0.0.${name.at(-1)}`,
  ipv4: `10.0.0.${name.at(-1)}`,
  feeds: feeds.map((ups) => ({ ups, powerValue: 1 })),
  minSupplies,
  stageSeconds: 12,
  haltSeconds: 60,
});
/** One UPS with its cable at srv1, and another node on it. */
export const MODEL: NutModel = {
  cabled: [cabled('ups1')],
  served: [],
  nodes: [fed('srv1', 1, 'ups1'), fed('srv2', 1, 'ups1')],
  port: 3493,
  timing: { pollFreq: 5, pollFreqAlert: 2, deadTime: 15, hostSync: 15, finalDelay: 0, lease: 20 },
  armed: true,
  actuator: 'killpowerd',
  killpowerdHash: '0123456789ab',
  tls: false,
};
/** A node with two supplies, both cables at it. */
export const twoFeeds = (minSupplies: number): NutModel => ({
  ...MODEL,
  cabled: [cabled('ups1'), cabled('ups2')],
  nodes: [fed('srv1', minSupplies, 'ups1', 'ups2')],
});

/** As /proc/net/arp: 10.0.0.2 is known, 10.0.0.3 does not answer. */
const ARP = `IP address       HW type     Flags       HW address            Mask     Device
10.0.0.2         0x1         0x2         02:00:00:00:00:02     *        eth1
10.0.0.3         0x1         0x0         00:00:00:00:00:00     *        eth1
`;

/** The command that upsd receives when a UPS is to cut its output. */
export const RETURN = (ups: string) => `${ups} shutdown.return`;

/** Absolute paths of the scripts in their pod and on the node. */
const PATHS =
  /(?<![\w.$}])\/(?=(?:scripts|config|secret|killpower|notify|queue|etc\/nut|var\/run\/nut|proc\/net|proc\/sys\/kernel\/random\/boot_id|proc\/uptime)\b)/g;

const UPSC = `#!/bin/sh
if [ "$1" = -c ]; then exec cat "$UPSES/clients"; fi
if [ "$1" = -l ]; then exit; fi
[ ! -e "$UPSES/\${1%%@*}.mute" ] || { echo 'Error: Data stale' >&2 && exit 1; }
exec cat "$UPSES/\${1%%@*}.$2"
`;
const UPSCMD = `#!/bin/sh
if [ "$1" = -l ]; then exec cat "$UPSES/\${2%%@*}.commands"; fi
exit 1
`;
/** Stands for upsd: the primary may set FSD on a UPS, which all clients get in its status, and command it to cut its output. */
const NC = `#!/bin/sh
[ "$*" = '127.0.0.1 3493' ] || exit 1
while read -r word ups rest; do
  case $word in
    PASSWORD) [ "$ups" = correct-horse ] || { echo 'ERR ACCESS-DENIED' && exit; } ;;
    INSTCMD)
      [ ! -e "$UPSES/refuse" ] || { echo 'ERR CMD-NOT-SUPPORTED' && continue; }
      echo "$ups $rest" >>"$UPSES/told"
      echo 'OK TRACKING 0815' && continue
      ;;
    PRIMARY) echo 'OK PRIMARY-GRANTED' && continue ;;
    GET)
      [ "$ups $rest" = 'TRACKING 0815' ] && [ ! -e "$UPSES/fail" ] && echo SUCCESS && continue
      echo 'ERR FAILED' && continue
      ;;
    FSD)
      [ ! -e "$UPSES/deaf" ] || exit 0
      printf 'FSD %s\\n' "$(cat "$UPSES/$ups.ups.status")" >"$UPSES/new" && mv "$UPSES/new" "$UPSES/$ups.ups.status"
      echo "$ups" >>"$UPSES/declared" && echo 'OK FSD-SET' && continue
      ;;
  esac
  echo OK
done
`;

/**
 * The scripts of a pod in a folder that stands for its root file system. Their absolute paths are changed to paths below it, because
 * only root can chroot. The clock stands still, and upsc and upscmd answer from files of the test.
 */
export class PodScripts {
  readonly root = mkdtempSync(join(tmpdir(), 'pod-scripts-'));
  private readonly environment: NodeJS.ProcessEnv;
  private readonly children = new Set<ChildProcess>();

  constructor(
    private readonly shell: readonly string[],
    model: NutModel,
    node: string,
    container = 'agent',
  ) {
    for (const folder of [
      'scripts',
      'config',
      'secret',
      'killpower',
      'notify',
      'queue',
      'var/run/nut',
      'etc/nut',
      'proc/sys/kernel/random',
      'proc/net',
      'ups',
      'bin',
    ])
      mkdirSync(this.path(folder), { recursive: true });
    for (const name of readdirSync('lib/nut/scripts')) {
      const text = readProjectFile(`lib/nut/scripts/${name}`)
        .replaceAll(PATHS, `${this.root}/`)
        .replace('#!/bin/sh', `#!${shell.join(' ')}`);
      writeFileSync(this.path(`scripts/${name}`), text, { mode: 0o755 });
    }
    for (const [name, text] of Object.entries(nutFiles(model))) writeFileSync(this.path(`config/${name}`), text);
    const messages = model.notify ? notifyFiles(model, model.notify) : {};
    for (const [name, text] of Object.entries(messages)) writeFileSync(this.path(`notify/${name}`), text);
    writeFileSync(this.path('secret/primary'), 'correct-horse');
    writeFileSync(this.path('secret/secondary'), 'battery-staple');
    writeFileSync(this.path('proc/sys/kernel/random/boot_id'), `${BOOT}\n`);
    writeFileSync(this.path('proc/uptime'), `${UPTIME}.57 3021.11\n`);
    writeFileSync(this.path('bin/upsc'), UPSC, { mode: 0o755 });
    writeFileSync(this.path('bin/upscmd'), UPSCMD, { mode: 0o755 });
    writeFileSync(this.path('bin/nc'), NC, { mode: 0o755 });
    writeFileSync(this.path('bin/ether-wake'), '#!/bin/sh\necho "$*" >>"$UPSES/packets"\n', { mode: 0o755 });
    writeFileSync(this.path('proc/net/arp'), ARP);
    this.environment = {
      PATH: `${this.path('bin')}:${process.env['PATH']}`,
      NODE_NAME: node,
      CONTAINER: container,
      UPSES: this.path('ups'),
    };
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** Sets a variable of a UPS; undefined: the UPS does not answer. */
  ups(name: string, variable: string, value: string | undefined): void {
    const file = this.path(`ups/${name}.${variable}`);
    if (value === undefined) rmSync(file, { force: true });
    else writeFileSync(file, `${value}\n`);
  }

  /** The commands that UPSes accepted. */
  get told(): string[] {
    return this.lines('ups/told');
  }

  /** The calls of a stand-in of a test, one line each. */
  asked(name: string): string[] {
    return this.lines(`ups/${name}`);
  }

  /** The UPSes on which FSD was set, in that order. */
  get declared(): string[] {
    return this.lines('ups/declared');
  }

  /** Fields of a file for killpowerd; undefined if it is missing. */
  line(name: 'deadline' | 'lease'): string[] | undefined {
    const file = this.path(`killpower/${name}`);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ') : undefined;
  }

  write(name: string, text: string | Uint8Array): void {
    writeFileSync(this.path(name), text);
  }

  /** The names of all files for killpowerd, hidden ones too, but for the reserve, and what a preflight tries and prints. */
  get killpowerFiles(): string[] {
    return readdirSync(this.path('killpower'))
      .filter((name) => !/^(\.(.*\.[ab]|probe\..*)|\.?preflight)$/.test(name))
      .sort();
  }

  /** Runs a script to its end. */
  run(script: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const options = { env: { ...this.environment, ...env }, timeout: 10_000 };
    const { status, stdout, stderr } = spawnSync(this.path(`scripts/${script}`), args, options);
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  /** Runs shell code after common.sh. */
  common(code: string) {
    const [program = '', ...rest] = this.shell;
    const options = { env: this.environment, timeout: 10_000 };
    const { status, stdout, stderr } = spawnSync(program, [...rest, '-c', this.withCommon(code)], options);
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  /** The same in the background. Resolves when it has exited. */
  start(code: string): Promise<number | null> {
    const [program = '', ...rest] = this.shell;
    const child = this.spawned(program, [...rest, '-c', this.withCommon(code)]);
    return new Promise((resolve) => child.once('exit', resolve));
  }

  /** Runs second.sh for one poll. */
  async look(): Promise<string> {
    const done = this.path('var/run/nut/looked');
    rmSync(done, { force: true });
    const child = this.background('second.sh');
    let log = '';
    child.stdout?.on('data', (bytes) => {
      log += bytes.toString();
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await until('second.sh has looked once', () => existsSync(done));
    child.kill('SIGTERM');
    await ended;
    this.end(child);
    return log;
  }

  /** Starts a script in the background. */
  background(script: string, ...args: readonly string[]): ChildProcess {
    return this.spawned(this.path(`scripts/${script}`), args);
  }

  /** When killpowerd would power the node off for a file, in seconds from now; undefined: never. */
  killpowerdSays(name: 'deadline' | 'lease'): number | undefined {
    const env = {
      PATH: process.env['PATH'],
      KILLPOWERD_BOOT_ID: this.path('proc/sys/kernel/random/boot_id'),
      KILLPOWERD_UPTIME: this.path('proc/uptime'),
    };
    this.write('killpowerd', killpowerdScript());
    const args = [this.path('killpowerd'), '--check', this.path(`killpower/${name}`)];
    const { stdout } = spawnSync(SHELLS[0].command[0], args, { env });
    const [, when] = /: power-off (now|in \d+ s)/.exec(stdout.toString()) ?? [];
    return when === undefined ? undefined : Number(/\d+/.exec(when)?.[0] ?? 0);
  }

  /** Ends also what a test that failed has left running. */
  remove(): void {
    for (const child of this.children) this.end(child);
    // what was ended may just have made a file
    rmSync(this.root, { recursive: true, maxRetries: 5 });
  }

  /** In a process group of its own, so that all of it can be ended. */
  private spawned(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.children.add(child);
    return child;
  }

  /** As kill -9 of a program and of everything it has started, such as a sleep that outlives it. */
  private end(child: ChildProcess): void {
    this.children.delete(child);
    child.stdout?.destroy();
    child.stderr?.destroy();
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // all of it had ended
    }
  }

  private lines(name: string): string[] {
    const file = this.path(name);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  private withCommon(code: string): string {
    return `. ${this.path('scripts/common.sh')}\n${code}`;
  }
}
