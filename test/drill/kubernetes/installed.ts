import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../../lib/live/plan';
import type { Result } from '../processes';
import { RUN_NAME } from '../sandbox';
import type { Scenario } from '../scenario';
import type { Cluster } from './cluster';

/** Outside of the project: npm installs into the nearest folder above with a package.json. */
const FOLDER = join(tmpdir(), `installed-${RUN_NAME}`);

/** Packs the program and installs it into an empty folder, as docs/commands.md says it. Needs the registry of npm. */
export function installProgram(): void {
  mkdirSync(FOLDER, { recursive: true });
  const npm = (cwd: string, ...args: readonly string[]) =>
    execFileSync('npm', [...args, '--silent'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  npm(process.cwd(), 'pack', '--pack-destination', FOLDER);
  const [archive = ''] = readdirSync(FOLDER).filter((name) => name.endsWith('.tgz'));
  npm(FOLDER, 'install', archive, '--no-audit', '--no-fund');
}

export const removeProgram = (): void => rmSync(FOLDER, { recursive: true, force: true });

/** The installed program in its folder, with what a person types there. */
export class Installed {
  private readonly transcript: string[] = [];

  constructor(
    private readonly scenario: Scenario,
    private readonly cluster: Cluster,
  ) {}

  /** Runs a command of the program. */
  run(...args: readonly string[]): Promise<Result> {
    return this.typed('npx', 'power-safe-k3s', ...args);
  }

  /** The same for a command that connects to the cluster, by the context of one server. */
  connected(command: string, ...args: readonly string[]): Promise<Result> {
    return this.run(command, '--context', this.cluster.context(), ...args);
  }

  async plan(): Promise<Result & { readonly plan: Plan | undefined }> {
    const result = await this.connected('plan', '--json');
    return { ...result, plan: result.stdout.startsWith('{') ? (JSON.parse(result.stdout) as Plan) : undefined };
  }

  /** Changes a text of cluster.yaml, and writes dist/ and hosts/ anew. */
  async change(from: string, to: string): Promise<void> {
    const file = join(FOLDER, 'cluster.yaml');
    const text = readFileSync(file, 'utf8');
    if (!text.includes(from)) throw new Error(`cluster.yaml has no "${from}" any more`);
    writeFileSync(file, text.replace(from, to));
    this.note(`in cluster.yaml, ${JSON.stringify(from)} becomes ${JSON.stringify(to)}`);
    const { code, stderr } = await this.run('synth');
    if (code !== 0) throw new Error(`synth ends with ${code}: ${stderr.trim()}`);
  }

  /** Does the steps of a plan that are for the computer with kubectl. Those on hosts are only noted: there is no systemd here. */
  async follow(plan: Plan | undefined): Promise<void> {
    for (const { on, commands } of plan?.steps ?? []) {
      for (const command of commands) {
        const [program = '', ...args] = command.split(' ');
        if (on !== undefined || command.includes('kubeconfig')) this.note(`not run here: ${on ?? 'here'}: ${command}`);
        else await this.typed(program, ...args, ...(program === 'npm' ? ['--no-wait', '--yes'] : []));
      }
    }
  }

  private async typed(...words: readonly string[]): Promise<Result> {
    const result = await this.cluster.inFolder(FOLDER, ...words);
    this.note([`$ ${words.join(' ')}`, result.stdout, result.stderr, `[${result.code}]`].filter(Boolean).join('\n'));
    return result;
  }

  /** Kept with the logs (`--keep`). */
  private note(text: string): void {
    this.transcript.push(text.trimEnd());
    writeFileSync(join(this.scenario.logFolder, 'transcript'), `${this.transcript.join('\n')}\n`);
  }
}
