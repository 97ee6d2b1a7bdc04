import { spawnSync } from 'node:child_process';
import { type Cluster, type Node, primary, serversOf } from '../cluster';

/** How to get at the servers. */
export interface FetchOptions {
  /** User on the servers. @default - whom ssh takes by itself */
  readonly user?: string;
  /** Read the file with `sudo -n`, which does not ask for a password. @default false */
  readonly sudo?: boolean;
  /** How long a server may take to accept a connection. @default 5 */
  readonly timeoutSeconds?: number;
  /** Whether a person is there to type a passphrase or to confirm a host key. @default false */
  readonly interactive?: boolean;
}

/** The text of k3s.yaml, which is secret, or why there is none. Neither the problem nor anything else carries a credential. */
export type Fetched = { readonly text: string } | { readonly problem: string };

const FILE = '/etc/rancher/k3s/k3s.yaml';
/** What a person needs to find a passphrase, and what a file of 3 KB needs on a slow line; more than the 10 s of WRONG_USER. */
const TYPING_SECONDS = 60;
const READING_SECONDS = 12;
/** What an image of cloud-init tells root in place of running the command; it goes on for 10 s and ends with status 142. */
const WRONG_USER = /^Please login as the user "([A-Za-z_][A-Za-z0-9_.-]*)" rather than/m;
/** ssh ends with this when it does not get as far as running a command: ssh(1). */
const NO_CONNECTION = 255;

/** The servers to ask, in the order of the site, each with a function that asks it. Nobody is asked before that is called. */
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
    return { problem: 'there is no program ssh here; install it (openssh-client), or copy the file and give --from' };
  }
  if (status === 0) return { text: stdout };
  const [, rightUser] = WRONG_USER.exec(stdout) ?? [];
  if (rightUser) return { problem: `${user ?? 'this user'} may not log in there; give --ssh ${rightUser}@ --sudo` };
  if (status === null) return { problem: `ssh did not finish (${signal}); look at the machine, or give --timeout` };
  const said = stderr.trim().split('\n').at(-1)?.trim().slice(0, 200) || `exit status ${status}`;
  if (status === NO_CONNECTION) {
    const cure = interactive ? 'try "ssh" by hand' : 'try "ssh" by hand, which may ask for something';
    return { problem: `ssh gets no connection (${said}); ${cure}` };
  }
  const cure = sudo ? 'let the user run cat by sudo without a password' : 'log in as root, or give --sudo';
  return { problem: `${FILE} cannot be read (${said}); ${cure}, and see that k3s has run there` };
}
