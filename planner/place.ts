import type { Path } from '../lib/cluster';

/** Where a column of a line is in a cluster.yaml in block style. */
export interface Place {
  /** The group or list around it. Entries of lists are 0. */
  readonly path: Path;
  /** The key on the line, if it has one. */
  readonly key: string | undefined;
  /** Whether the column is behind that key. */
  readonly isValue: boolean;
  /** Column at which keys of the group begin. */
  readonly indent: number;
}

/** Dashes of list entries and a key, by their columns. */
interface Line {
  readonly dashes: readonly number[];
  readonly column: number;
  readonly key: string | undefined;
}

function read(text: string): Line {
  const [start = ''] = /^ *(?:-(?: +|$))*/.exec(text) ?? [];
  const [, key] = /^([\w.-]+|"[^"]*"):(?:\s|$)/.exec(text.slice(start.length)) ?? [];
  const dashes = [...start].flatMap((character, i) => (character === '-' ? [i] : []));
  return { dashes, column: start.length, key: key?.replaceAll('"', '') };
}

/**
 * The place of a column, from the indentation of the lines above: the text may be incomplete, so no parser reads it.
 *
 * @param lines the text
 * @param number the line, from 0
 * @param column from 0
 */
export function placeAt(lines: readonly string[], number: number, column: number): Place {
  const here = read(lines[number] ?? '');
  const indent =
    here.key === undefined && here.dashes.length === 0 ? column - wordBefore(lines[number], column) : here.column;
  const path: (string | number)[] = [];
  // what is further left than these is around the place
  let [keys, entries] = [indent, indent];
  const enter = (line: Line, isAbove: boolean) => {
    if (isAbove && line.key !== undefined && line.column < keys) {
      path.unshift(line.key);
      [keys, entries] = [line.column, line.column];
    }
    for (const dash of line.dashes.toReversed()) {
      if (dash >= entries) continue;
      path.unshift(0);
      // the key of a list may be in the column of its dashes
      [keys, entries] = [dash + 1, dash];
    }
  };
  enter(here, false);
  for (let above = number - 1; above >= 0 && keys > 0; above--) {
    const text = lines[above] ?? '';
    if (!/^\s*(?:#|$)/.test(text)) enter(read(text), true);
  }
  const isValue = here.key !== undefined && column > here.column + here.key.length;
  return { path, key: here.key, isValue, indent };
}

const wordBefore = (line = '', column: number): number => /[\w.-]*$/.exec(line.slice(0, column))?.[0].length ?? 0;
