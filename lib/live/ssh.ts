import { spawnSync } from 'node:child_process';
import { type Host, primary } from '../cluster';

/** How to log in to the hosts. */
export interface SshOptions {
  /** User on the hosts. @default - that of ssh */
  readonly user?: string;
  /** Run the command with `sudo -n`, which never prompts. @default false */
  readonly sudo?: boolean;
  /** Connection timeout per host. @default 5 */
  readonly timeoutSeconds?: number;
  /** Whether a person can type a passphrase or confirm a host key. @default false */
  readonly interactive?: boolean;
}

/** The end of a command on a host and what it printed, or why it was not run. */
export type Ran =
  | { readonly status: number; readonly stdout: string; readonly stderr: string }
  | {
      readonly problem: string;
      /** Whether nothing answers at its address. @default false */
      readonly isOff?: boolean;
    };

/** Time to type a passphrase, and time to run a short command; longer than the 10 s of WRONG_USER. */
const TYPING_SECONDS = 60;
/** Answer of a cloud-init image to root, in place of the command; it takes 10 s and ends with status 142. */
const WRONG_USER = /^Please login as the user "([A-Za-z_][A-Za-z0-9_.-]*)" rather than/m;
/** Exit status of ssh without a connection: ssh(1). */
const NO_CONNECTION = 255;

/** The last line that a program printed to its error stream. */
export const lastLine = (stderr: string): string | undefined =>
  stderr.trim().split('\n').at(-1)?.trim().slice(0, 200) || undefined;

/** What a command on a host reads, and where its output goes. */
interface Streams {
  /** Its standard input. @default - nothing */
  readonly input?: string | Buffer;
  /** Shows its output as it comes, or writes it to this file descriptor, in place of returning it. @default false */
  readonly shown?: boolean | number;
}

/**
 * Runs a command on a host with the system's ssh and its configuration.
 *
 * @param seconds that the command may take
 */
export function overSsh(
  { address }: Pick<Host, 'address'>,
  command: string,
  seconds: number,
  options: SshOptions,
  { input, shown = false }: Streams = {},
): Ran {
  const { user, sudo = false, timeoutSeconds = 5, interactive = false } = options;
  const host = primary(address).text;
  const { status, signal, error, stdout, stderr } = spawnSync(
    'ssh',
    [
      ...(input === undefined ? ['-n'] : []),
      ...['-T', '-o', `ConnectTimeout=${timeoutSeconds}`],
      // detects a host that loses power
      ...(input === undefined ? [] : ['-o', 'ServerAliveInterval=15']),
      ...(interactive ? [] : ['-o', 'BatchMode=yes']),
      '--',
      user === undefined ? host : `${user}@${host}`,
      `${sudo ? 'sudo -n ' : ''}${command}`,
    ],
    {
      encoding: 'utf8',
      env: process.env,
      ...(input !== undefined && { input }),
      stdio: [
        input === undefined ? 'ignore' : 'pipe',
        shown === true ? 'inherit' : shown === false ? 'pipe' : shown,
        'pipe',
      ],
      timeout: (timeoutSeconds + seconds + (interactive ? TYPING_SECONDS : 0)) * 1000,
      killSignal: 'SIGKILL',
    },
  );
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    return { problem: 'the program ssh is missing; install openssh-client' };
  }
  const [, rightUser] = WRONG_USER.exec(stdout ?? '') ?? [];
  if (rightUser && status !== 0) {
    return { problem: `${user ?? 'this user'} cannot log in; give --ssh ${rightUser}@ --sudo` };
  }
  if (status === null) return { problem: `ssh timed out (${signal}); check the node, or give a longer --timeout` };
  if (status !== NO_CONNECTION) return { status, stdout: stdout ?? '', stderr };
  const cure = /host key verification failed/i.test(stderr)
    ? `if this host is new, run ssh-keygen -R ${host}`
    : `try ssh by hand${interactive ? '' : ', it may prompt'}`;
  return {
    problem: `ssh cannot connect (${lastLine(stderr) ?? `exit status ${status}`}); ${cure}`,
    isOff: /timed out|no route to host|host is down/i.test(stderr),
  };
}
