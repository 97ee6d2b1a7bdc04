import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { type ApplyLab, run } from '../live/support';
import { kubectlPath } from '../support/kubectl';

/** `npm run apply` as a program, and how it ended. */
export class ApplyProgram {
  private readonly path: string;

  /** @param name of its file, one for each test file, since these run side by side */
  constructor(name: string) {
    this.path = join(__dirname, '../../build/scripts', `${name}.js`);
  }

  build(): void {
    buildSync({
      entryPoints: [join(__dirname, '../../lib/cli/apply.ts')],
      bundle: true,
      platform: 'node',
      packages: 'external',
      outfile: this.path,
      logLevel: 'warning',
    });
  }

  remove(): void {
    rmSync(this.path);
  }

  /** Runs it with the context of the lab, unless the arguments name another. */
  run(lab: ApplyLab, ...args: string[]) {
    return this.runWithoutContext(lab, {}, '--context', 'home', ...args);
  }

  async runWithoutContext(lab: ApplyLab, variables: NodeJS.ProcessEnv, ...args: string[]) {
    const env = { ...lab.env, ...variables, PATH: `${dirname(kubectlPath())}:${process.env['PATH']}` };
    const { code, stdout, stderr } = await run(process.execPath, [this.path, '--dist', lab.path('dist'), ...args], env);
    return { code, stdout, stderr, lines: stdout.trimEnd().split('\n') };
  }
}
