import { contains, reservedAs, sameAddress } from '../network';
import { subject } from './subject';

const RULES = {
  'node-outside-subnet': { cause: 'The address of a node is outside the node network' },
  'node-reserved-address': {
    cause: 'A node has the network, broadcast or router anycast address, or that of the gateway',
  },
  'node-is-gateway': { cause: 'A node has the network, broadcast or router anycast address, or that of the gateway' },
  'node-in-dhcp': { cause: 'The DHCP server may assign the address of a node to another host', severity: 'warning' },
} as const;

/** Each node has a host address of the node network, and of the others if it states one. */
export const nodes = subject(RULES, (cluster, report) => {
  const { network: main, nodes: all } = cluster;
  const { dhcp } = main;
  const addressed = [
    ...all.map((node, n) => ({ ...main, node, where: 'the node network', path: ['nodes', n, 'address'] })),
    ...main.others.flatMap((other, o) =>
      (other.nodes ?? []).map((node, n) => ({
        ...other,
        node,
        where: `network "${other.name}"`,
        path: ['network', 'others', o, 'nodes', n, 'address'],
      })),
    ),
  ];
  for (const { node, subnet, gateway = [], where, path: list } of addressed) {
    for (const [a, address] of node.address.entries()) {
      const path = [...list, a];
      const what = `address ${address.text} of ${node.name}`;
      const network = subnet.find(({ family }) => family === address.family);
      const reserved = network && reservedAs(network, address);
      if (!network || !contains(network, address)) {
        report(
          'node-outside-subnet',
          path,
          `${what} is outside ${where} ${subnet.map(({ text }) => text).join(' and ')}`,
          where === 'the node network'
            ? 'correct the address or network.subnet'
            : 'correct the address or the subnet of that network',
        );
      } else if (reserved) {
        report('node-reserved-address', path, `${what} is the ${reserved} of ${network.text}`, 'use a host address');
      }
      if (gateway.some((router) => sameAddress(router, address))) {
        report('node-is-gateway', path, `${what} is the gateway`, 'give the node its own address');
      }
      const range = dhcp.find((candidate) => contains(candidate, address));
      if (!range) continue;
      report(
        'node-in-dhcp',
        path,
        `${what} is inside the DHCP range ${range.text}`,
        'reserve it in the DHCP server, or choose an address outside the range',
      );
    }
  }
});
