import { type Host, mayLose, quorumOf } from '../../cluster';
import { at, listAt, textAt } from '../at';

/** A member of etcd. */
export interface Member {
  readonly id: string;
  /** The node name and eight digits; empty before its first start. */
  readonly name: string;
  /** The hosts of its peer URLs. */
  readonly hosts: readonly string[];
  readonly isLearner: boolean;
}

/** The members in the answer of etcd: https://etcd.io/docs/v3.6/dev-guide/api_reference_v3/. */
export const membersIn = (json: string): Member[] =>
  listAt(JSON.parse(json), 'members').map((member) => ({
    id: textAt(member, 'ID') ?? '',
    name: textAt(member, 'name') ?? '',
    hosts: listAt(member, 'peerURLs').map((url) => new URL(String(url)).hostname.replace(/^\[|\]$/g, '')),
    isLearner: at(member, 'isLearner') === true,
  }));

/** A node of the cluster, as far as the quorum needs it. */
export interface Peer {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly isReady: boolean;
}

/** Whether a member is that of a node, by its address or by the name that k3s gives it. */
export const isOf = ({ name, hosts }: Member, node: Pick<Peer, 'name' | 'addresses'>): boolean =>
  hosts.some((host) => node.addresses.includes(host)) ||
  (name.startsWith(`${node.name}-`) && /^[0-9a-f]{8}$/.test(name.slice(node.name.length + 1)));

/** Members at no address of a server of the site. */
interface Strangers {
  /** Those of earlier hosts of a server, which has another member. They stop etcd at an upgrade: https://github.com/k3s-io/k3s/issues/13485 */
  readonly stale: readonly Member[];
  /** Any other. */
  readonly unknown: readonly Member[];
}

/** Pure. */
export function strangersAmong(members: readonly Member[], servers: readonly Host[]): Strangers {
  const own = servers.map(({ name, address }) => ({ name, addresses: address.map(({ text }) => text) }));
  const isAt = ({ hosts }: Member, { addresses }: (typeof own)[number]) =>
    hosts.some((host) => addresses.includes(host));
  const strange = members.filter((member) => !own.some((server) => isAt(member, server)));
  const isStale = (member: Member) =>
    own.some((server) => isOf(member, server) && members.some((other) => isAt(other, server)));
  return { stale: strange.filter(isStale), unknown: strange.filter((member) => !isStale(member)) };
}

/** What becomes of the quorum when a node leaves etcd. */
interface QuorumChange {
  /** The arithmetic, for a person. */
  readonly lines: readonly string[];
  /** Why it must not leave now. */
  readonly problem?: string;
}

/**
 * The quorum of etcd without a node. Pure.
 *
 * @param leaving the node; if it is ready it counts for the quorum until it has left
 * @param nodes all nodes of the cluster
 */
export function quorumWithout(leaving: Peer, members: readonly Member[], nodes: readonly Peer[]): QuorumChange {
  const { name } = leaving;
  const voters = members.filter(({ isLearner }) => !isLearner);
  const others = voters.filter((member) => !isOf(member, leaving));
  const ready = others.filter((member) => nodes.some((node) => node.isReady && isOf(member, node))).length;
  const has = voters.length > others.length;
  const lines = [
    `etcd: ${counted(voters.length)}; ${name} is ${has ? 'one' : 'none'} of them, ${ready} of the ${others.length} others ${ready === 1 ? 'is' : 'are'} Ready`,
    ...(has ? [`without ${name}: ${counted(others.length)}`] : []),
  ];
  if (others.length === 0) return { lines, problem: `${name} is the only server; without it there is no cluster` };
  const needed = quorumOf(leaving.isReady && has ? others.length : voters.length);
  const problem = `quorum would be lost: ${needed} other servers must be Ready; start them, or see "Quorum is lost" in hosts/RUNBOOK.md`;
  return ready < needed ? { lines, problem } : { lines };
}

const counted = (servers: number): string =>
  `${servers} server${servers === 1 ? '' : 's'}, ${quorumOf(servers)} must be up, ${mayLose(servers)} may be down`;
