import { type Cluster, error, type Path, type Problem, primary, serversOf, warning } from '../cluster';
import { type Address, contains, sameAddress } from '../network';
import { kubeVipFault, kubeVipRelease } from '../releases';

/** What moves the virtual IP, and whether it can. */
export function provider(cluster: Cluster): Problem[] {
  switch (cluster.controlPlane.provider) {
    case 'kube-vip':
      return [...kubeVip(cluster), ...bgp(cluster)];
    case 'keepalived':
      return keepalived(cluster);
    case 'external':
      return [];
  }
}

function keepalived({ controlPlane }: Cluster): Problem[] {
  if (controlPlane.interface !== undefined) return [];
  return [
    error(
      'keepalived-interface',
      ['controlPlane', 'provider'],
      'keepalived has to be told its interface, and controlPlane.interface is not set',
      'set it to the name that `ip link` prints on every server; where they differ, give the interfaces one name with a systemd .link file',
    ),
  ];
}

function kubeVip({ controlPlane, images }: Cluster): Problem[] {
  const image = images.kubeVip;
  if (image === undefined) return [];
  const path = ['images', 'kubeVip'];
  const release = kubeVipRelease(image);
  if (release === undefined) {
    return [
      warning(
        'kube-vip-unknown-version',
        path,
        `${JSON.stringify(image)} does not say which release of kube-vip it is, so nobody can tell whether it is a bad one`,
        'add the tag, such as :v1.2.3, also where there is a digest',
      ),
    ];
  }
  const fault = kubeVipFault(release, controlPlane.bgp !== undefined);
  return fault === undefined
    ? []
    : [error('kube-vip-version', path, `kube-vip ${release.join('.')} ${fault}`, 'use 1.2.3, or leave it out')];
}

function bgp(cluster: Cluster): Problem[] {
  const { vip, bgp: stated } = cluster.controlPlane;
  if (!stated) return [];
  const path = ['controlPlane', 'bgp'];
  const inSubnet = vip.flatMap((address, i) =>
    cluster.network.subnet.some((subnet) => contains(subnet, address))
      ? [
          warning(
            'vip-bgp-in-subnet',
            ['controlPlane', 'vip', i],
            `${address.text} is inside the node network, where machines ask for it by ARP, and with BGP nobody tells them when it has moved`,
            'choose an address of no network, which everybody reaches through the router, or take bgp out',
          ),
        ]
      : [],
  );
  const [main] = cluster.network.subnet;
  const routerId =
    main?.family === 6
      ? [
          error(
            'vip-bgp-router-id',
            path,
            'kube-vip takes the first address of a node for its BGP router ID, which has the form of an IPv4 address, and the first family is IPv6',
            'put IPv4 first in every list, or take bgp out',
          ),
        ]
      : [];
  return [
    ...inSubnet,
    ...routerId,
    ...stated.peers.flatMap(({ peerAddress }, i) => ofPeer(cluster, peerAddress, [...path, 'peers', i, 'peerAddress'])),
  ];
}

function ofPeer(cluster: Cluster, router: Address, path: Path): Problem[] {
  const isIt = (address: Address) => sameAddress(address, router);
  const owners = [
    ...cluster.nodes.filter(({ address }) => address.some(isIt)).map(({ name }) => `the address of node ${name}`),
    ...(cluster.controlPlane.vip.some(isIt) ? ['the virtual IP'] : []),
  ];
  const servers = new Set(serversOf(cluster).map(({ name }) => name));
  const shared = cluster.loadBalancer?.bgp?.peers.find(
    ({ peerAddress, nodes }) => isIt(peerAddress) && (nodes === undefined || nodes.some((name) => servers.has(name))),
  );
  return [
    ...owners.map((owner) =>
      error(
        'vip-bgp-peer',
        path,
        `the router ${router.text} is ${owner}`,
        `give the address of the router${cluster.network.gateway ? `, often ${primary(cluster.network.gateway).text}` : ''}`,
      ),
    ),
    ...(shared
      ? [
          error(
            'vip-bgp-shared-router',
            path,
            `MetalLB opens a session from the same servers to ${router.text}, as peer "${shared.name}", and a router takes one for each machine`,
            'take controlPlane.bgp out, so that the virtual IP moves by ARP, or give that peer nodes that are agents',
          ),
        ]
      : []),
  ];
}
