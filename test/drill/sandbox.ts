import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf, signal } from './processes';

const FOLDER_VARIABLE = 'DRILL_SANDBOX';
const NAME_VARIABLE = 'DRILL_NAME';

/** Name of this run, the same inside and outside the sandbox, and unique on this host. */
export const RUN_NAME = process.env[NAME_VARIABLE] ?? `drill-${process.pid}`;

/** The process ID, outside the sandbox, of the run with this name; undefined for any other name. */
export const runOf = (name: string): string | undefined => /^drill-(\d+)$/.exec(name)?.[1];

/**
 * The folder of the sandbox of this process, a tmpfs; undefined outside a sandbox. The first call mounts it.
 */
export function sandboxFolder(): string | undefined {
  const folder = process.env[FOLDER_VARIABLE];
  if (folder === undefined) return undefined;
  delete process.env[FOLDER_VARIABLE];
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'mode=0755', 'tmpfs', folder]);
  if (status !== 0) throw new Error(`cannot mount a tmpfs: ${stderr.toString().trim()}`);
  return folder;
}

/**
 * Runs this program again with the same arguments, as PID 1 of new PID, mount, network and UTS namespaces. The kernel removes its
 * processes, mounts and interfaces when it exits for any reason: even `kill -9` of this process leaves only an empty folder.
 *
 * @returns its exit status; 130 or 143 after SIGINT or SIGTERM
 */
export async function runInSandbox(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), `${RUN_NAME}-`));
  const [, script = '', ...args] = process.argv;
  const sandbox = spawn(
    'setpriv',
    [
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--net', '--uts', '--fork', '--kill-child=SIGKILL'],
      ...['--mount-proc', '--propagation', 'private', process.execPath, '--enable-source-maps', script, ...args],
    ],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, [FOLDER_VARIABLE]: folder, [NAME_VARIABLE]: RUN_NAME },
    },
  );
  try {
    return await endOf(sandbox);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function endOf(sandbox: ChildProcess): Promise<number> {
  let interrupted: number | undefined;
  const end = (status: number) => () => {
    interrupted = status;
    // PID 1 of the sandbox, which unshare waits for and whose end kills all others; before it exists, unshare itself
    const [first] = sandbox.pid === undefined ? [] : childrenOf(sandbox.pid);
    if (first === undefined) sandbox.kill('SIGKILL');
    else signal(first, 'SIGKILL');
  };
  process.on('SIGINT', end(130));
  process.on('SIGTERM', end(143));
  process.on('SIGHUP', end(129));
  return new Promise((resolve, reject) => {
    sandbox.once('error', reject);
    sandbox.once('exit', (code) => {
      if (interrupted !== undefined) console.error('\ndrill: interrupted; all its processes are killed');
      resolve(interrupted ?? code ?? 1);
    });
  });
}
