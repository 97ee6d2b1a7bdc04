import { createHash } from 'node:crypto';
import { type Cluster, type Node, primary } from '../../cluster';
import { K3S_HA } from '../../machines';
import { buildSite } from '../../synth';
import { lastLine, overSsh, type Ran, type SshOptions } from '../ssh';
import { bad, good, type Row } from './rows';

/** Time of a preflight that waits for servers that do not answer. */
const PREFLIGHT_SECONDS = 60;

/** The preflight of every host, one after the other, and whether its files are those of hosts/. */
export function hostRows(cluster: Cluster, options: SshOptions): Row[] {
  const { hosts } = buildSite(cluster);
  return cluster.nodes.flatMap((node) => {
    const list = hosts.get(`${node.role}/files`) ?? '';
    const expected = createHash('sha256').update(list).digest('hex').slice(0, 12);
    return preflightRows(node, overSsh(node, `${K3S_HA} preflight`, PREFLIGHT_SECONDS, options), expected);
  });
}

/**
 * What the preflight of a host printed.
 *
 * @param expected hash of the list of files in hosts/ for its role
 */
export function preflightRows({ name, address }: Node, ran: Ran, expected: string): Row[] {
  const subject = `host ${name}`;
  const host = `${name} (${primary(address).text})`;
  if ('problem' in ran) return [bad(subject, ...whatAndCure(ran.problem))];
  const [, version, hash] = /^ok: files of version (.*), hash (\w+);/m.exec(ran.stdout) ?? [];
  const problems = [...ran.stdout.matchAll(/^problem: (.*)$/gm)].map(([, text = '']) => text);
  if (ran.status !== 0 && problems.length === 0) {
    const said = lastLine(ran.stderr) ?? `exit status ${ran.status}`;
    return [bad(subject, `${K3S_HA} preflight failed (${said})`, `log in to ${host} as root, or give --sudo`)];
  }
  const found = `files of version ${version}, hash ${hash}`;
  const files =
    hash === undefined || hash === expected
      ? []
      : [bad(subject, `${found}, not ${expected}`, 'install the files of hosts/: Update in hosts/README.md')];
  const rows = [...problems.map((problem) => bad(subject, ...whatAndCure(problem))), ...files];
  return rows.length > 0 ? rows : [good(subject, `passes its preflight, ${found}`)];
}

/** The clauses of a message: what is wrong; what to do. */
function whatAndCure(text: string): [string, string] {
  const [what = '', ...cure] = text.split('; ');
  return [what, cure.join('; ')];
}
