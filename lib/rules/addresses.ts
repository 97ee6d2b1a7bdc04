import { sharesNode } from '../cluster';
import { sameAddress } from '../network';
import { subject } from './subject';

const RULES = {
  'duplicate-address': { cause: 'Two nodes, or two BGP peers on the same nodes, have the same address' },
} as const;

/** Addresses that must be unique. Two BGP sessions between the same two hosts close each other. */
export const addresses = subject(RULES, ({ nodes, network, loadBalancer }, report) => {
  const all = [
    ...nodes.map((node, n) => ({ node, path: ['nodes', n, 'address'] })),
    ...network.others.flatMap((other, o) =>
      (other.nodes ?? []).map((node, n) => ({ node, path: ['network', 'others', o, 'nodes', n, 'address'] })),
    ),
  ].flatMap(({ node, path }) => node.address.map((address, a) => ({ node, address, path: [...path, a] })));
  for (const [index, { address, path }] of all.entries()) {
    const owner = all.slice(0, index).find((other) => sameAddress(other.address, address));
    if (!owner) continue;
    report(
      'duplicate-address',
      path,
      `${address.text} is already the address of ${owner.node.name}`,
      'give each node its own address',
    );
  }
  const peers = loadBalancer?.bgp?.peers ?? [];
  for (const [p, peer] of peers.entries()) {
    const same = peers
      .slice(0, p)
      .find((other) => sameAddress(other.peerAddress, peer.peerAddress) && sharesNode(other.nodes, peer.nodes));
    if (!same) continue;
    report(
      'duplicate-address',
      ['loadBalancer', 'bgp', 'peers', p, 'peerAddress'],
      `${peer.peerAddress.text} is already the address of peer "${same.name}" on the same nodes`,
      'keep one of the two, or give each peer its own nodes',
    );
  }
});
