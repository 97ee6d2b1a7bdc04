import { spawnSync } from 'node:child_process';
import { type Cluster, type Node, primary, serversOf } from '../cluster';

/** How to reach the servers. */
export interface FetchOptions {
  /** User on the servers. @default - that of ssh */
  readonly user?: string;
  /** Read the file with `sudo -n`, which never prompts. @default false */
  readonly sudo?: boolean;
  /** Connection timeout per server. @default 5 */
  readonly timeoutSeconds?: number;
  /** Whether a person can type a passphrase or confirm a host key. @default false */
  readonly interactive?: boolean;
}

/** The text of k3s.yaml, which is secret, or why it could not be read; the problem contains no credential. */
export type Fetched = { readonly text: string } | { readonly problem: string };

const FILE = '/etc/rancher/k3s/k3s.yaml';
/** Time to type a passphrase, and time to read 3 KB over a slow link; longer than the 10 s of WRONG_USER. */
const TYPING_SECONDS = 60;
const READING_SECONDS = 12;
/** Answer of a cloud-init image to root, in place of the command; it takes 10 s and ends with status 142. */
const WRONG_USER = /^Please login as the user "([A-Za-z_][A-Za-z0-9_.-]*)" rather than/m;
/** Exit status of ssh without a connection: ssh(1). */
const NO_CONNECTION = 255;

/** The servers in the order of the site, each with a function that reads its file. Nothing is contacted before the call. */
export const askServers = (
  cluster: Cluster,
  options: FetchOptions,
): { readonly server: string; readonly ask: () => Fetched }[] =>
  serversOf(cluster).map((node) => ({
    server: `${node.name} (${primary(node.address).text})`,
    ask: () => fetchFrom(node, options),
  }));

function fetchFrom({ address }: Node, options: FetchOptions): Fetched {
  const { user, sudo = false, timeoutSeconds = 5, interactive = false } = options;
  const host = primary(address).text;
  const { status, signal, error, stdout, stderr } = spawnSync(
    'ssh',
    [
      ...['-n', '-T', '-o', `ConnectTimeout=${timeoutSeconds}`],
      ...(interactive ? [] : ['-o', 'BatchMode=yes']),
      '--',
      user === undefined ? host : `${user}@${host}`,
      `${sudo ? 'sudo -n ' : ''}cat ${FILE}`,
    ],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: (timeoutSeconds + (interactive ? TYPING_SECONDS : READING_SECONDS)) * 1000,
      killSignal: 'SIGKILL',
    },
  );
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    return { problem: 'the program ssh is missing; install openssh-client, or copy the file and give --from' };
  }
  if (status === 0) return { text: stdout };
  const [, rightUser] = WRONG_USER.exec(stdout) ?? [];
  if (rightUser) return { problem: `${user ?? 'this user'} cannot log in; give --ssh ${rightUser}@ --sudo` };
  if (status === null) return { problem: `ssh timed out (${signal}); check the node, or give a longer --timeout` };
  const said = stderr.trim().split('\n').at(-1)?.trim().slice(0, 200) || `exit status ${status}`;
  if (status === NO_CONNECTION) {
    const cure = interactive ? 'try ssh by hand' : 'try ssh by hand, it may prompt';
    return { problem: `ssh cannot connect (${said}); ${cure}` };
  }
  const cure = sudo ? 'allow the user sudo without a password' : 'log in as root, or give --sudo';
  return { problem: `${FILE} cannot be read (${said}); ${cure}, and check that k3s has started there once` };
}
