import { existsSync, type FSWatcher, readdirSync, readFileSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Timeline } from './timeline';

/** A line that a pod wrote for killpowerd: `<boot id> <uptime> <halt seconds> <reason>`. */
export interface ArmedLine {
  /** When it was written. */
  readonly at: number;
  /** When the node is to power off. */
  readonly dueAt: number;
  readonly haltSeconds: number;
  readonly reason: string;
}

// padded where it went into a reserved file
const LINE = /^(\S+) (\d+) (\d+) (\S+) *\n$/;

/** What the pods of a node write to its power-off directory in one boot. */
export class KillpowerFolder {
  /** Every deadline of this boot, in the order they were written. */
  readonly deadlines: ArmedLine[] = [];
  /** When the first lease was taken. */
  leaseTakenAt: number | undefined;
  /** When the lease was last released. */
  leaseReleasedAt: number | undefined;
  /** When the file `killpower` of the notes appeared. */
  flagRaisedAt: number | undefined;
  /** Content of files with an incomplete line: a pod did not write atomically. */
  readonly torn: string[] = [];
  private hasLease = false;
  private readonly watcher: FSWatcher;

  constructor(
    private readonly folder: string,
    private readonly machine: string,
    private readonly bootId: string,
    private readonly timeline: Timeline,
  ) {
    this.watcher = watch(folder, (_event, name) => this.look(name));
  }

  /** The current deadline: the first one, or an earlier one that replaced it. */
  get deadline(): ArmedLine | undefined {
    return this.deadlines.at(-1);
  }

  /** The names of the files that are armed in this boot. */
  get armed(): string[] {
    if (!existsSync(this.folder)) return [];
    const lines = ['deadline', 'lease'].filter((name) => this.read(name) !== undefined);
    // a mark of an earlier boot does nothing, but has to be removed
    return [...lines, ...readdirSync(this.folder).filter((name) => name.startsWith('.commanded.'))];
  }

  /** Why killpowerd powered the node off: `deadline` or `lease`, and the reason in the line; undefined before. */
  get called(): string | undefined {
    const path = join(this.folder, 'called');
    if (!existsSync(path)) return undefined;
    const [bootId, , , file, reason] = readFileSync(path, 'utf8').trim().split(' ');
    if (bootId !== this.bootId) return undefined;
    return file === reason ? file : `${file}: ${reason}`;
  }

  close(): void {
    this.watcher.close();
  }

  private look(name: string | null): void {
    if (name === 'deadline') this.lookAtDeadline();
    if (name === 'lease') this.lookAtLease();
    if (name !== 'killpower' || this.flagRaisedAt !== undefined) return;
    // the watcher of the node may have removed it already
    const stat = statSync(join(this.folder, name), { throwIfNoEntry: false });
    const at = stat ? this.timeline.atWallClock(stat.mtimeMs) : this.timeline.now();
    this.flagRaisedAt = this.timeline.log(this.machine, 'power-off flag is raised', at);
  }

  private lookAtDeadline(): void {
    const line = this.read('deadline');
    if (!line || line.dueAt === this.deadline?.dueAt) return;
    this.deadlines.push(line);
    const inSeconds = ((line.dueAt - line.at) / 1000).toFixed(1);
    this.timeline.log(this.machine, `deadline in ${inSeconds} s (${line.reason})`, line.at);
  }

  private lookAtLease(): void {
    const line = this.read('lease');
    if (line && !this.hasLease) {
      const at = this.timeline.log(this.machine, 'takes a lease', line.at);
      this.leaseTakenAt ??= at;
    }
    if (!line && this.hasLease) this.leaseReleasedAt = this.timeline.log(this.machine, 'releases its lease');
    this.hasLease = line !== undefined;
  }

  /** A file of this boot; undefined if it is missing, of another boot, or an incomplete line. */
  private read(name: string): ArmedLine | undefined {
    const path = join(this.folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return undefined;
    const text = readFileSync(path, 'utf8');
    const match = LINE.exec(text);
    if (!match) {
      this.torn.push(JSON.stringify(text));
      return undefined;
    }
    const [, bootId, uptime, halt, reason = ''] = match;
    if (bootId !== this.bootId) return undefined;
    const { timeline } = this;
    return {
      at: timeline.atWallClock(stat.mtimeMs),
      dueAt: atUptime(timeline, Number(uptime)),
      haltSeconds: Number(halt),
      reason,
    };
  }
}

/** The time on the timeline for an uptime in whole seconds, rounded to 0.1 s: /proc/uptime has 0.01 s. */
function atUptime(timeline: Timeline, seconds: number): number {
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return Math.round((timeline.now() + (seconds - uptime) * 1000) / 100) * 100;
}
