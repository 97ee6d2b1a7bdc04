import { createHash } from 'node:crypto';
import { clear, Machines, type MachinesOptions, type Obstacles } from './machines';

/** The tokens before and after a rotation. */
export interface Tokens {
  readonly old: string;
  readonly new: string;
  /** Whether an earlier run was cut. */
  readonly isBegun: boolean;
}

/**
 * Gives the cluster another token: k3s encrypts its bootstrap data with it, then every host gets it, and k3s restarts on the servers, one
 * after the other, and on the agents. A run that was cut is continued by another with the same tokens.
 *
 * k3s does not restart with the old token after the first step: https://docs.k3s.io/cli/token#k3s-token-rotate. So the token is on all
 * hosts before the first restart.
 *
 * @param store called when every host has answered, before the first change
 * @param obstacles asked before each restart and at the end
 * @throws Error if a host has neither token, at an obstacle, or at the first host that does not come back
 */
export async function rotateToken(
  options: Omit<MachinesOptions, 'names'>,
  tokens: Tokens,
  obstacles: Obstacles,
  store: () => void,
): Promise<void> {
  const machines = new Machines({ ...options, names: [] }, tokens.new);
  const { nodes } = machines;
  const [first] = nodes;
  if (!first) throw new Error('the site has no server, which the schema rejects');
  const known = [tokens.old, tokens.new].map((token) => createHash('sha256').update(`${token}\n`).digest('hex'));
  const strange = nodes.filter((node) => !known.includes(machines.answer(node, 'sum')));
  if (strange.length > 0) {
    const names = strange.map(({ name }) => name).join(', ');
    throw new Error(
      `${names}: the token differs from that of --token-file; give that of the cluster\nnothing is changed`,
    );
  }
  // after a cut, nodes may wait for the new token
  if (!tokens.isBegun) await clear(obstacles);
  store();
  machines.must(first, 'rotate');
  for (const node of nodes) machines.must(node, 'token');
  for (const node of nodes) machines.must(node, 'await');
  for (const node of nodes) {
    await clear(obstacles);
    machines.must(node, 'restart');
    machines.must(node, 'await');
  }
  await clear(obstacles);
  machines.must(first, 'snapshot', 'after-token');
}
