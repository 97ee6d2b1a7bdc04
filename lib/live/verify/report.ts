import type { Json } from './canonical';
import type { ChangedObject, Comparison, Difference } from './differences';

const WIDTH = 200;

/** A comparison as text: the differences, then the totals. `file` names their side. */
export function comparisonText({ equal, different, onlyOurs, onlyTheirs }: Comparison, file: string): string {
  const count = equal.length + different.length + onlyOurs.length + onlyTheirs.length;
  return [
    ...different.flatMap(changedLines),
    ...onlyTheirs.map((object) => `only in ${file}: ${object}`),
    ...onlyOurs.map((object) => `only in this project: ${object}`),
    `${equal.length} of ${count} objects equal, ${different.length} different, ${onlyTheirs.length} only in ${file}, ${onlyOurs.length} only in this project`,
  ].join('\n');
}

const changedLines = ({ object, differences }: ChangedObject): string[] => [
  object,
  ...differences.flatMap(({ path, ours, theirs }: Difference) => [
    `  ${path}`,
    `    ours:   ${shown(ours)}`,
    `    theirs: ${shown(theirs)}`,
  ]),
  '',
];

/** A value in one line. */
export function shown(value: Json | undefined): string {
  if (value === undefined) return '-';
  const text = JSON.stringify(value);
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH)}... (${text.length} characters)`;
}
