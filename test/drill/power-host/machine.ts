import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KILLPOWERD } from '../../../lib/machines/killpower';
import { InitMachine, type InitMachineProps } from '../machine/init-machine';
import { commandOf, familyOf } from '../processes';

export interface MachineProps extends InitMachineProps {
  /** Directory of the host with the deadline. */
  readonly killpowerPath: string;
}

/** A host with killpowerd. */
export class Machine extends InitMachine {
  constructor(private readonly own: MachineProps) {
    super(own);
  }

  /** Writes a file of the power-off directory atomically, as a pod does. */
  put(file: string, text: string): void {
    const path = this.path(join(this.own.killpowerPath, file));
    writeFileSync(`${path}.pod`, text);
    renameSync(`${path}.pod`, path);
  }

  /** Sets the deadline or the lease. Returns the time of that. */
  set(file: 'deadline' | 'lease', inSeconds: number, haltSeconds: number): number {
    this.put(file, `${this.bootId} ${uptime() + inSeconds} ${haltSeconds} drill\n`);
    return this.own.scenario.timeline.log('drill', `${file} in ${inSeconds} s, halt budget ${haltSeconds} s`);
  }

  /** As if the time of the cut had passed since the last deadline. */
  forgetCut(): void {
    rmSync(this.disk('/var/lib/rancher/killpowerd'));
  }

  /** Age of the heartbeat in seconds; undefined without one of this boot. */
  heartbeatAge(): number | undefined {
    const file = this.path(join(this.own.killpowerPath, 'heartbeat'));
    const line = existsSync(file) ? /^(\S+) (\d+) [0-9a-f]{12}\n$/.exec(readFileSync(file, 'utf8')) : undefined;
    return line?.[1] === this.bootId ? uptime() - Number(line[2]) : undefined;
  }

  /** The process ID of killpowerd on this host; undefined if it does not run. */
  killpowerd(): number | undefined {
    return familyOf(this.pid).find((pid) => commandOf(pid).includes(KILLPOWERD) && !commandOf(pid).includes('--start'));
  }
}

/** Whole seconds, the same in all containers. */
const uptime = (): number => Math.floor(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]));
