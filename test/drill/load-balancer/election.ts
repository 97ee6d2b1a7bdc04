import { createHash } from 'node:crypto';

/**
 * Who of the living nodes answers for an address, as MetalLB's speakers work it out each for itself: the first in the order of
 * sha256(node + "#" + address). https://github.com/metallb/metallb/blob/v0.16.1/speaker/layer2_controller.go, ShouldAnnounce
 */
export function electedNode(nodes: readonly string[], address: string): string {
  const hash = (node: string) => createHash('sha256').update(`${node}#${address}`).digest('hex');
  const [first] = nodes.toSorted((a, b) => (hash(a) < hash(b) ? -1 : 1));
  if (first === undefined) throw new Error('no node is left to answer');
  return first;
}
