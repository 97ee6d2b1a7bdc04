import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { programPath } from '../support/program';

/** Bundles the program for `programPath` of the scenarios. */
export function buildProgram(): void {
  const folder = resolve('build/drill-program');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  process.env['TEST_PROGRAMS'] = folder;
  programPath();
}
