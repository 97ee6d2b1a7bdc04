import { type InvalidSite } from '../sites';

/** A row for each way to get a rule's answer: UPSes. */
export const power: readonly InvalidSite[] = [
  {
    says: 'a node fed by an unknown UPS is refused',
    changes: { 'nodes[3].ups': 'ups2' },
    problems: ['error nodes[3].ups: unknown-ups: there is no UPS "ups2"; the UPSes are ups1'],
  },
  {
    says: 'a node fed by a UPS where none is described is refused',
    changes: {
      nodes: [{ name: 'k3s-1', address: '192.168.10.11', role: 'server', ups: 'ups1' }],
      ups: undefined,
      'loadBalancer.advertisements[0].nodes': undefined,
    },
    problems: [
      'warning nodes: one-server: with 1 server the cluster is down whenever that server is; use 3 servers, of which any 1 may be down',
      'error nodes[0].ups: unknown-ups: there is no UPS "ups1"; describe it under ups',
    ],
  },
  {
    says: 'a cable at an unknown node is refused',
    changes: { 'ups[0].node': 'k3s-9' },
    problems: [
      'error ups[0].node: unknown-node: there is no node "k3s-9" for the cable of "ups1"; the nodes are k3s-1, k3s-2, k3s-3, k3s-4',
    ],
  },
  {
    says: 'a cable at a node without a UPS is refused',
    changes: { 'ups[0].node': 'k3s-4' },
    problems: [
      'error ups[0].node: ups-node-not-fed: the cable of "ups1" goes to k3s-4, which no UPS feeds; plug the cable into a node that "ups1" feeds, or set ups: ups1 there',
    ],
  },
  {
    says: 'a cable at a node of another UPS is refused',
    changes: {
      'nodes[1].ups': 'ups2',
      ups: [
        { name: 'ups1', driver: 'usbhid-ups', node: 'k3s-2' },
        { name: 'ups2', driver: 'usbhid-ups', node: 'k3s-2' },
      ],
    },
    problems: [
      'error ups[0].node: ups-node-not-fed: the cable of "ups1" goes to k3s-2, which "ups2" feeds; plug the cable into a node that "ups1" feeds, or set ups: ups1 there',
      'error ups[1].node: two-cables: k3s-2 already has the cable of another UPS; plug each cable into a node of its own, one that the UPS feeds',
    ],
  },
  {
    says: 'a UPS that feeds nobody is refused at its cable and warned about',
    changes: {
      ups: [
        { name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1' },
        { name: 'ups2', driver: 'usbhid-ups', node: 'k3s-4' },
      ],
    },
    problems: [
      'error ups[1].node: ups-node-not-fed: the cable of "ups2" goes to k3s-4, which no UPS feeds; plug the cable into a node that "ups2" feeds, or set ups: ups2 there',
      'warning ups[1].name: ups-feeds-nobody: no node says that "ups2" feeds it; set ups: ups2 at the nodes plugged into it',
    ],
  },
  {
    says: 'every cable after the first at one node is refused',
    changes: {
      ups: [
        { name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1' },
        { name: 'ups2', driver: 'usbhid-ups', node: 'k3s-1' },
        { name: 'ups3', driver: 'usbhid-ups', node: 'k3s-1' },
      ],
      'nodes[1].ups': 'ups2',
      'nodes[2].ups': 'ups3',
    },
    problems: [
      'error ups[1].node: ups-node-not-fed: the cable of "ups2" goes to k3s-1, which "ups1" feeds; plug the cable into a node that "ups2" feeds, or set ups: ups2 there',
      'error ups[2].node: ups-node-not-fed: the cable of "ups3" goes to k3s-1, which "ups1" feeds; plug the cable into a node that "ups3" feeds, or set ups: ups3 there',
      'error ups[1].node: two-cables: k3s-1 already has the cable of another UPS; plug each cable into a node of its own, one that the UPS feeds',
      'error ups[2].node: two-cables: k3s-1 already has the cable of another UPS; plug each cable into a node of its own, one that the UPS feeds',
    ],
  },
];
