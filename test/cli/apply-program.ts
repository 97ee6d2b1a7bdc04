import { dirname } from 'node:path';
import { type ApplyLab, run } from '../live/support';
import { kubectlPath } from '../support/kubectl';
import { programPath } from '../support/program';

/** Runs a command for the dist/ of the lab with the lab's context, unless the arguments name another. */
export const runProgram = (lab: ApplyLab, command: string, ...args: string[]) =>
  runWithoutContext(lab, command, {}, '--context', 'home', ...args);

export const runApply = (lab: ApplyLab, ...args: string[]) => runProgram(lab, 'apply', ...args);

/** Runs apply without a context, and with more variables. */
export const runApplyWithoutContext = (lab: ApplyLab, variables: NodeJS.ProcessEnv, ...args: string[]) =>
  runWithoutContext(lab, 'apply', variables, ...args);

async function runWithoutContext(lab: ApplyLab, command: string, variables: NodeJS.ProcessEnv, ...args: string[]) {
  const env = { ...lab.env, ...variables, PATH: `${dirname(kubectlPath())}:${process.env['PATH']}` };
  const words = [programPath(), command, '--dist', lab.path('dist'), ...args];
  const { code, stdout, stderr } = await run(process.execPath, words, env);
  return { code, stdout, stderr, lines: stdout.trimEnd().split('\n') };
}
