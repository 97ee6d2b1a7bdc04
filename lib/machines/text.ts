import { readProjectFile, WRITTEN_BY } from '../files';
import { remembered, yamlText } from '../text';

/** One key of a configuration file, its value, and the reason for it. */
export interface Setting {
  readonly key: string;
  readonly value: string | number | boolean | readonly string[];
  readonly why?: string;
}

/** A YAML file: the head comment, then the value. Texts that YAML 1.1 or 1.2 reads as another type are quoted. */
export const yamlFile = (head: readonly string[], value: unknown): string =>
  `${comment([WRITTEN_BY, ...head]).replaceAll(/^/gm, '#')}\n\n${yamlText(value)}`;

/** A YAML file of settings, each with its reason above it. */
export const settingsFile = (head: readonly string[], settings: readonly Setting[]): string =>
  [
    `${[WRITTEN_BY, ...head].map((line) => `# ${line}`).join('\n')}\n\n`,
    ...settings.map(({ key, value, why }) => `${why ? `# ${why}\n` : ''}${yamlText({ [key]: value })}`),
  ].join('');

/** A YAML file with the first line that cloud-init and Kairos require. */
export const cloudConfigFile = (head: readonly string[], value: unknown): string =>
  `#cloud-config\n${yamlFile(head, value)}`;

/** A line that is a single blank becomes a bare `#`. */
const comment = (lines: readonly string[]): string => lines.map((line) => ` ${line}`).join('\n');

/** A text file whose comments start with `#`. */
export const commentedFile = (head: readonly string[], lines: readonly string[]): string =>
  `${[WRITTEN_BY, ...head].map((line) => `# ${line}`).join('\n')}\n${lines.join('\n')}\n`;

/** A script of the project with the mark below its first line, which must stay `#!`, and with the parts that it sources in their places. */
export const markedScript = remembered((path: string): string => {
  const [shebang, body] = wholeScript(path);
  return `${shebang}# ${WRITTEN_BY}\n${body}`;
});

/** The first line of a script, and the rest with its parts in place. */
export function wholeScript(path: string): readonly [shebang: string, body: string] {
  const [, shebang = '', text = ''] = /^(#!.*\n)([\s\S]*)$/.exec(readProjectFile(path)) ?? [];
  const body = text.replaceAll(/^# shellcheck source=(lib\/\S+)\n\. \1\n/gm, (_, part: string) =>
    readProjectFile(part).replace(/^#!.*\n/, ''),
  );
  return [shebang, body];
}
