import { dirname } from 'node:path';
import { type ApplyLab, run } from '../live/support';
import { kubectlPath } from '../support/kubectl';
import { programPath } from '../support/program';

/** Runs the command apply as a program with the context of the lab, unless the arguments name another. */
export const runApply = (lab: ApplyLab, ...args: string[]) =>
  runApplyWithoutContext(lab, {}, '--context', 'home', ...args);

/** The same without a context, and with more variables. */
export async function runApplyWithoutContext(lab: ApplyLab, variables: NodeJS.ProcessEnv, ...args: string[]) {
  const env = { ...lab.env, ...variables, PATH: `${dirname(kubectlPath())}:${process.env['PATH']}` };
  const { code, stdout, stderr } = await run(
    process.execPath,
    [programPath(), 'apply', '--dist', lab.path('dist'), ...args],
    env,
  );
  return { code, stdout, stderr, lines: stdout.trimEnd().split('\n') };
}
