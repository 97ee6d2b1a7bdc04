import { type Cluster, type Node, primary, serversOf } from '../cluster';
import { lastLine, overSsh, type SshOptions } from './ssh';

/** The text of k3s.yaml, which is secret, or why it could not be read; the problem contains no credential. */
export type Fetched = { readonly text: string } | { readonly problem: string };

const FILE = '/etc/rancher/k3s/k3s.yaml';
/** Time to read 3 KB over a slow link. */
const READING_SECONDS = 12;

/** The servers in the order of the site, each with a function that reads its file. Nothing is contacted before the call. */
export const askServers = (
  cluster: Cluster,
  options: SshOptions,
): { readonly server: string; readonly ask: () => Fetched }[] =>
  serversOf(cluster).map((node) => ({
    server: `${node.name} (${primary(node.address).text})`,
    ask: () => fetchFrom(node, options),
  }));

function fetchFrom(node: Node, options: SshOptions): Fetched {
  const ran = overSsh(node, `cat ${FILE}`, READING_SECONDS, options);
  if ('problem' in ran) return ran;
  if (ran.status === 0) return { text: ran.stdout };
  const cure = options.sudo ? 'allow the user sudo without a password' : 'log in as root, or give --sudo';
  const said = lastLine(ran.stderr) ?? `exit status ${ran.status}`;
  return { problem: `${FILE} cannot be read (${said}); ${cure}, and check that k3s has started there once` };
}
