import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf, signal } from './processes';

const FOLDER_VARIABLE = 'DRILL_SANDBOX';
const NAME_VARIABLE = 'DRILL_NAME';

/** Name of this run, the same within the sandbox and outside; no other run on this machine has it. */
export const RUN_NAME = process.env[NAME_VARIABLE] ?? `drill-${process.pid}`;

/** The process ID of the run with this name, outside of its sandbox; undefined when it is no name of a run. */
export const runOf = (name: string): string | undefined => /^drill-(\d+)$/.exec(name)?.[1];

/**
 * The folder of the sandbox this process runs in, a tmpfs of its own; undefined outside.
 * Mounts it on the first call.
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
 * Runs this program again with the same arguments as PID 1 of its own PID, mount, network and UTS namespaces. Its processes,
 * mounts and interfaces exist nowhere else, so the kernel takes all of them away when it ends, however it ends: even `kill -9` of
 * this process leaves nothing but an empty folder.
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
    // PID 1 of the sandbox, which unshare waits for and which is over when the last of all others is; before it is there, unshare
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
      if (interrupted !== undefined) console.error('\ndrill: interrupted; everything it started is gone');
      resolve(interrupted ?? code ?? 1);
    });
  });
}
