import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Files } from '../kube/synthesize';

/** A folder, what it shall hold, and which of the files that it holds already were written by an earlier run. */
export interface Output {
  readonly folder: string;
  readonly files: Files;
  readonly isGenerated: (name: string, head: string) => boolean;
}

/** Files of dist/: known by their names. */
export const isDistFile = (name: string): boolean => name.endsWith('.k8s.yaml');
/** Files of hosts/: known by a line at their top. */
export const isHostFile = (_name: string, head: string): boolean => head.includes('Written by npm run synth');

/**
 * Writes all of it or nothing: everything goes to temporary files beside the old ones first, and only when all are written do they
 * take the old ones' places. Files of earlier runs that are not written any more are deleted; anything else is left alone.
 */
export function writeOutputs(outputs: readonly Output[]): void {
  const planned = outputs.flatMap(({ folder, files }) =>
    [...files].map(([name, text]) => ({
      path: join(folder, name),
      temporary: join(folder, `${name}.${process.pid}.tmp`),
      text,
    })),
  );
  try {
    for (const { temporary, text } of planned) {
      mkdirSync(dirname(temporary), { recursive: true });
      writeFileSync(temporary, text);
    }
  } catch (error) {
    for (const { temporary } of planned) rmSync(temporary, { force: true });
    throw error;
  }
  for (const { temporary, path } of planned) renameSync(temporary, path);
  for (const output of outputs) removeStale(output, output.folder, '');
}

function removeStale(output: Output, folder: string, prefix: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = `${prefix}${entry.name}`;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      removeStale(output, path, `${name}/`);
      if (readdirSync(path).length === 0) rmdirSync(path);
    } else if (entry.isFile() && !output.files.has(name)) {
      const head = readFileSync(path, 'utf8').slice(0, 400);
      if (output.isGenerated(name, head)) rmSync(path);
    }
  }
}
