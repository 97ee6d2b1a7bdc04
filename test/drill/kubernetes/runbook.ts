/** Seconds from and to, as the runbook prints them. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The times in the tables of hosts/RUNBOOK.md of a site. Throws for one that is missing. */
export class Runbook {
  private readonly rows: readonly (readonly string[])[];

  constructor(text: string) {
    this.rows = text
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map(cellsOf);
  }

  /** `5 to 8 s` or `40 s` in the row with a cell that matches. */
  range(row: RegExp): Range {
    const found = this.rows.find((cells) => cells.some((cell) => row.test(cell)));
    const cell = found?.find((text) => !row.test(text) && /^-?[\d.]+( to [\d.]+)?( s| at the earliest)?$/.test(text));
    const [, from, to] = /^(-?[\d.]+)(?: to ([\d.]+))?/.exec(cell ?? '') ?? [];
    if (from === undefined) throw new Error(`hosts/RUNBOOK.md has no row ${row} with a time`);
    return { from: Number(from), to: Number(to ?? from) };
  }

  /** A row of the timeline of a UPS: who does what, in seconds after the shutdown begins. Nodes with the same times share a row. */
  step(who: string, what: RegExp): Range {
    const cells = this.rows.find(([actors = '', , text = '']) => actors.split(', ').includes(who) && what.test(text));
    const [, from, to] = /^(-?\d+)(?: to (\d+))?/.exec(cells?.[1] ?? '') ?? [];
    if (from === undefined) throw new Error(`hosts/RUNBOOK.md has no step ${what} of ${who}`);
    return { from: Number(from), to: Number(to ?? from) };
  }

  /** The longest time of an event of the virtual IP: its column `bound`. */
  vipNeverAbove(event: RegExp): number {
    const cells = this.rows.find(([first = '']) => event.test(first));
    const last = Number(cells?.at(-1));
    if (!(last > 0)) throw new Error(`hosts/RUNBOOK.md has no time of the virtual IP for ${event}`);
    return last;
  }
}
