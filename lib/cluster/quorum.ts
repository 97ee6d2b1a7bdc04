import { serversOf } from './queries';
import type { Cluster } from './schema';

/** The quorum of `servers` etcd members: a majority. */
export const quorumOf = (servers: number): number => Math.floor(servers / 2) + 1;

/** How many of `servers` may fail at once. Measured with real etcd for 1 to 7: 0 0 1 1 2 2 3. */
export const mayLose = (servers: number): number => servers - quorumOf(servers);

/** The etcd of a site while some nodes are off. */
export interface QuorumState {
  readonly servers: number;
  /** Servers that are up. */
  readonly up: number;
  readonly quorum: number;
  readonly hasQuorum: boolean;
  /** Names of the nodes of which any one may be off too: agents, and servers beyond the quorum. Empty without quorum. */
  readonly mayAlsoBeOff: readonly string[];
}

/** The etcd of a site while these nodes are off. Pure. */
export function quorumState(cluster: Cluster, off: readonly string[]): QuorumState {
  const servers = serversOf(cluster).length;
  const nodesUp = cluster.nodes.filter(({ name }) => !off.includes(name));
  const up = nodesUp.filter(({ role }) => role === 'server').length;
  const quorum = quorumOf(servers);
  const spared = nodesUp.filter(({ role }) => role === 'agent' || up > quorum);
  return {
    ...{ servers, up, quorum, hasQuorum: up >= quorum },
    mayAlsoBeOff: up < quorum ? [] : spared.map(({ name }) => name),
  };
}
