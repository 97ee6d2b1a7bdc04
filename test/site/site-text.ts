import { ClusterError, findingText } from '../../lib/cluster/problem';
import { loadCluster } from '../../lib/site/load';

/** A site that is right. */
export const SITE = `# a site
name: home
network:
  subnet: 192.168.10.0/24
  dhcp:
    - 192.168.10.100-192.168.10.199
nodes:
  - name: k3s-1
    address: 192.168.10.11
    role: server
  - name: k3s-2
    address: 192.168.10.12
    role: server
  - { name: k3s-3, address: 192.168.10.13, role: server }
controlPlane:
  vip: 192.168.10.5
  dnsName: api.home.arpa
loadBalancer:
  pools:
    - name: lan
      addresses: [192.168.10.240-192.168.10.250]
`;

/** The site with each of some texts, which must be there once, replaced by another. */
export function edited(replacements: Readonly<Record<string, string>>, text = SITE): string {
  return Object.entries(replacements).reduce((result, [from, to]) => {
    if (result.split(from).length !== 2) throw new Error(`"${from}" is not in the text once`);
    return result.replace(from, () => to);
  }, text);
}

/** The lines of the error that loading the text throws, or of its warnings. */
export function linesFor(text: string): readonly string[] {
  try {
    return loadCluster(text, 'c.yaml').warnings.map(findingText);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    expect(error.message).toBe(error.lines.join('\n'));
    return error.lines;
  }
}

/** The `line:column: rule` of each line. */
export const placesFor = (text: string) =>
  linesFor(text).map((line) => line.match(/^c\.yaml:(.*?: [a-z-]+): /)?.[1] ?? line);
