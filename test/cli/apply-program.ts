import { dirname } from 'node:path';
import { run as runMain } from '../../lib/cli/main';
import { type ApplyLab, run } from '../live/support';
import { inProcessAsync } from '../support/in-process';
import { kubectlPath } from '../support/kubectl';
import { programPath } from '../support/program';

const environment = (lab: ApplyLab) => ({ ...lab.env, PATH: `${dirname(kubectlPath())}:${process.env['PATH']}` });
const wordsFor = (lab: ApplyLab, command: string, args: readonly string[]) => [
  command,
  '--dist',
  lab.path('dist'),
  ...args,
];
const HOME = ['--context', 'home'] as const;
const withLines = <T extends { readonly stdout: string }>(ended: T) => ({
  ...ended,
  lines: ended.stdout.trimEnd().split('\n'),
});

/** Runs a command for the dist/ of the lab with the lab's context, unless the arguments name another. */
export const runCommand = (lab: ApplyLab, command: string, ...args: string[]) =>
  runWithoutContext(lab, command, {}, ...HOME, ...args);

/** Runs a command without a context, and with more variables. */
export async function runWithoutContext(
  lab: ApplyLab,
  command: string,
  variables: NodeJS.ProcessEnv,
  ...args: string[]
) {
  const env = { ...environment(lab), ...variables };
  const { status, ...output } = await inProcessAsync(runMain, wordsFor(lab, command, args), { env });
  return withLines({ code: status, ...output });
}

/** Runs apply as a program, as many at a time as there are tests. */
export const runApply = async (lab: ApplyLab, ...args: string[]) =>
  withLines(
    await run(process.execPath, [programPath(), ...wordsFor(lab, 'apply', [...HOME, ...args])], environment(lab)),
  );
