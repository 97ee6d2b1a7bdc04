import type { Path } from '../cluster';
import { Lines } from './lines';

/** What a first cluster.yaml needs to know. Everything else keeps the value of the text that it starts from. */
export interface Starter {
  readonly name?: string | undefined;
  /** Node network. Optional fields with addresses of the old one are left out. */
  readonly subnet?: string | undefined;
  /** `NAME=ADDRESS` of each server. */
  readonly node?: readonly string[] | undefined;
  readonly vip?: string | undefined;
  /** Range or CIDR of the first pool. */
  readonly pool?: string | undefined;
  /** Driver of the first UPS; `none` for a site without one. */
  readonly ups?: string | undefined;
}

const SCHEMA = '# yaml-language-server: $schema=./node_modules/power-safe-k3s/cluster.schema.json';
/** Fields with addresses that are of no use in another subnet. */
const OF_THE_SUBNET: readonly Path[] = [
  ['network', 'gateway'],
  ['network', 'dhcp'],
  ['controlPlane', 'dnsName'],
];

/** A question about a site, and the answer that is proposed for the network of its nodes. */
export interface Question {
  readonly field: keyof Starter;
  readonly text: string;
  readonly proposal: (subnet: string) => string;
}

const at = (subnet: string, host: number): string => subnet.replace(/\d+\/\d+$/, String(host));

/** What differs between sites, in the order to ask. */
export const STARTER_QUESTIONS: readonly Question[] = [
  { field: 'name', text: 'Name of the site', proposal: () => 'home' },
  { field: 'subnet', text: 'Network of the nodes', proposal: () => '192.168.10.0/24' },
  {
    field: 'node',
    text: 'Servers, each NAME=ADDRESS',
    proposal: (subnet) => [1, 2, 3].map((i) => `k3s-${i}=${at(subnet, 10 + i)}`).join(' '),
  },
  { field: 'vip', text: 'Virtual IP of the control plane', proposal: (subnet) => at(subnet, 5) },
  {
    field: 'pool',
    text: 'Addresses for LoadBalancer Services',
    proposal: (subnet) => `${at(subnet, 240)}-${at(subnet, 250)}`,
  },
  { field: 'ups', text: 'Driver of the UPS at the first server, or none', proposal: () => 'usbhid-ups' },
];

/** The answers by their fields, with the list of nodes split. */
export const starterOf = (answers: Readonly<Partial<Record<keyof Starter, string>>>): Starter => ({
  ...answers,
  node: answers.node?.split(/[\s,]+/),
});

/**
 * A cluster.yaml with these values in place of those of another one. All other lines stay, so that the comments still fit.
 *
 * @param text a valid cluster.yaml
 * @throws Error if `node` is not `NAME=ADDRESS`
 */
export function starterText(text: string, { name, subnet, node, vip, pool, ups }: Starter): string {
  const source = new Lines(text.replace(/^# yaml-language-server:.*\n/, ''));
  const nodes = node?.map(nameAndAddress);
  if (subnet !== undefined) for (const path of OF_THE_SUBNET) source.remove(path);
  source.set(['name'], name);
  source.set(['network', 'subnet'], subnet);
  source.set(['controlPlane', 'vip'], vip);
  source.set(['loadBalancer', 'pools', 0, 'addresses', 0], pool);
  if (ups === 'none') {
    source.removeGroup('ups');
    source.removeGroup('power');
    for (let i = 0; i < (nodes ? 0 : source.length(['nodes'])); i++) source.remove(['nodes', i, 'ups']);
  } else {
    source.set(['ups', 0, 'driver'], ups);
    source.set(['ups', 0, 'node'], nodes?.[0]?.name);
  }
  if (nodes) {
    const supply = source.value(['ups', 0, 'name']);
    const fields = [`role: server`, ...(ups === 'none' || supply === undefined ? [] : [`ups: ${supply}`])];
    const items = nodes.map((one) => [`name: ${one.name}`, `address: ${one.address}`, ...fields].join('\n    '));
    source.set(['nodes'], items.map((item) => `- ${item}`).join('\n  '));
  }
  return `${SCHEMA}\n${source.text()}`;
}

function nameAndAddress(text: string): { readonly name: string; readonly address: string } {
  const [, name, address] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || address === undefined) {
    throw new Error(`"${text}" is no node; write NAME=ADDRESS, such as k3s-1=192.168.10.11`);
  }
  return { name, address };
}
