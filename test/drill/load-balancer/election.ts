import { createHash } from 'node:crypto';

/**
 * The node that announces an address, as each speaker of MetalLB computes it: the first of the ready nodes in the order of
 * sha256(node + "#" + address). https://github.com/metallb/metallb/blob/v0.16.1/speaker/layer2_controller.go, ShouldAnnounce
 */
export function electedNode(nodes: readonly string[], address: string): string {
  const hash = (node: string) => createHash('sha256').update(`${node}#${address}`).digest('hex');
  const [first] = nodes.toSorted((a, b) => (hash(a) < hash(b) ? -1 : 1));
  if (first === undefined) throw new Error('no node is left to announce the address');
  return first;
}
