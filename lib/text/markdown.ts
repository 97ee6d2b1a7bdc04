/** A block of commands. */
export const commands = (...lines: readonly string[]): string => `\`\`\`sh\n${lines.join('\n')}\n\`\`\``;

/** A block of commands below a line of text. */
export const code = (...lines: readonly string[]): string => `\n${commands(...lines)}`;

/** One row of a table. */
const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

/** A table with its head. */
export const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');

/** Rows that differ in the first cell only become one row. */
export function joined(rows: readonly (readonly string[])[]): string[][] {
  const groups = new Map<string, string[][]>();
  for (const [name = '', ...rest] of rows) {
    const key = rest.join('|');
    groups.set(key, [...(groups.get(key) ?? []), [name, ...rest]]);
  }
  return [...groups.values()].map((group) => [group.map(([name]) => name).join(', '), ...(group[0]?.slice(1) ?? [])]);
}

/** A numbered list. Commands and further lines of a step stay within it. */
export const numbered = (steps: readonly string[]): string =>
  steps.map((step, i) => `${i + 1}. ${step.replaceAll('\n', '\n   ')}`).join('\n');

/** A list of remarks. */
export const bulleted = (remarks: readonly string[]): string => remarks.map((remark) => `- ${remark}`).join('\n');
