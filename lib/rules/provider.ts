import { interfaceOf, primary, serversOf } from '../cluster';
import { contains, sameAddress } from '../network';
import { kubeVipFault, kubeVipRelease } from '../releases';
import { subject } from './subject';

const RULES = {
  'keepalived-interface': {
    cause: '`provider: keepalived` needs `controlPlane.interface`',
    cure: '`ip link` prints its name',
  },
  'kube-vip-version': {
    cause: 'A release that loses the VIP (1.0.1 to 1.0.4, 1.1.2, with BGP 1.1.0), or one before 1.1',
    cure: 'Use 1.2.3',
  },
  'kube-vip-unknown-version': {
    cause: 'The kube-vip image names no release',
    cure: 'Add the tag, also beside a digest',
    severity: 'warning',
  },
  'vip-bgp-in-subnet': {
    cause: 'The VIP is announced by BGP, but hosts of the node network resolve it by ARP',
    severity: 'warning',
  },
  'vip-bgp-peer': { cause: 'The BGP router has the address of a node, or the VIP' },
  'vip-bgp-router-id': {
    cause: 'kube-vip needs an IPv4 address as BGP router ID, and the first address of a node is IPv6',
    cure: 'Put IPv4 first in every list',
  },
  'vip-bgp-shared-router': {
    cause: 'MetalLB opens a session from the servers to the same router, which accepts one per node',
    cure: 'Use ARP for the VIP',
  },
} as const;

/** What moves the VIP has the settings and the release that it needs. */
export const provider = subject(RULES, (cluster, report) => {
  const { controlPlane, images, network, nodes, loadBalancer } = cluster;
  const interfaces = new Set(serversOf(cluster).map((node) => interfaceOf(cluster, node)));
  if (controlPlane.provider === 'keepalived' && (interfaces.has(undefined) || interfaces.size > 1)) {
    report(
      'keepalived-interface',
      ['controlPlane', 'provider'],
      interfaces.size > 1
        ? 'provider keepalived needs one interface of all servers, and theirs differ'
        : 'provider keepalived needs controlPlane.interface, which is not set',
      'set it to the name that `ip link` prints; a systemd .link file gives the servers one name where theirs differ',
    );
  }
  if (controlPlane.provider !== 'kube-vip') return;

  if (images.kubeVip !== undefined) {
    const path = ['images', 'kubeVip'];
    const release = kubeVipRelease(images.kubeVip);
    const fault = release && kubeVipFault(release, controlPlane.bgp !== undefined);
    if (release === undefined) {
      report(
        'kube-vip-unknown-version',
        path,
        `image ${JSON.stringify(images.kubeVip)} names no kube-vip release, so it cannot be checked for known faults`,
        'add the tag, such as :v1.2.3, also beside a digest',
      );
    } else if (fault !== undefined) {
      report('kube-vip-version', path, `kube-vip ${release.join('.')} ${fault}`, 'use 1.2.3, or remove images.kubeVip');
    }
  }

  if (!controlPlane.bgp) return;
  const path = ['controlPlane', 'bgp'];
  for (const [i, address] of controlPlane.vip.entries()) {
    if (!network.subnet.some((subnet) => contains(subnet, address))) continue;
    report(
      'vip-bgp-in-subnet',
      ['controlPlane', 'vip', i],
      `VIP ${address.text} is announced by BGP, but hosts of the node network resolve it by ARP and miss a failover`,
      'choose an address outside every network, or remove controlPlane.bgp',
    );
  }
  if (network.subnet[0]?.family === 6) {
    report(
      'vip-bgp-router-id',
      path,
      'kube-vip uses the first address of a node as BGP router ID, which must be IPv4, and it is IPv6',
      'put IPv4 first in every list, or remove controlPlane.bgp',
    );
  }
  const servers = new Set(serversOf(cluster).map(({ name }) => name));
  for (const [i, { peerAddress: router }] of controlPlane.bgp.peers.entries()) {
    const at = [...path, 'peers', i, 'peerAddress'];
    const owners = [
      ...nodes
        .filter(({ address }) => address.some((own) => sameAddress(own, router)))
        .map(({ name }) => `node ${name}`),
      ...(controlPlane.vip.some((own) => sameAddress(own, router)) ? ['the VIP'] : []),
    ];
    const often = network.gateway ? `, often ${primary(network.gateway).text}` : '';
    for (const owner of owners) {
      const message = `router ${router.text} has the address of ${owner}`;
      report('vip-bgp-peer', at, message, `use the address of the router${often}`);
    }
    const shared = loadBalancer?.bgp?.peers.find(
      ({ peerAddress, nodes: own }) =>
        sameAddress(peerAddress, router) && (own === undefined || own.some((name) => servers.has(name))),
    );
    if (!shared) continue;
    report(
      'vip-bgp-shared-router',
      at,
      `MetalLB peer "${shared.name}" opens a session from the servers to ${router.text}, and a router accepts one per node`,
      'remove controlPlane.bgp, so that the VIP moves by ARP, or restrict that peer to agents by its nodes',
    );
  }
});
