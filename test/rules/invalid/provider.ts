import { bgpSite, dualStackSite, type InvalidSite } from '../../support/site-input';

const DIGEST = `@sha256:${'0'.repeat(64)}`;
const router = { peerAddress: '192.168.10.1', peerAS: 64513 };
const byBgp = (peer: object = router) => ({
  'controlPlane.vip': '10.99.0.5',
  'controlPlane.bgp': { localAS: 64512, peers: [peer] },
});
const badRelease = (tag: string, why: string): InvalidSite => ({
  says: `kube-vip ${tag} is refused`,
  changes: { 'images.kubeVip': `ghcr.io/kube-vip/kube-vip:${tag}` },
  problems: [
    `error images.kubeVip: kube-vip-version: kube-vip ${tag.replace(/^v/, '')} ${why}; use 1.2.3, or remove images.kubeVip`,
  ],
});
const sharedRouter = (address: string, peer: string): string =>
  `error controlPlane.bgp.peers[0].peerAddress: vip-bgp-shared-router: MetalLB peer "${peer}" opens a session from the servers to ${address}, and a router accepts one per node; remove controlPlane.bgp, so that the VIP moves by ARP, or restrict that peer to agents by its nodes`;
const OLD = 'is older than 1.1: its settings have other names, and its leases are shorter than an etcd election';

/** A row for each way to break a rule: what moves the VIP, and the images. */
export const provider: readonly InvalidSite[] = [
  {
    says: 'a lease for keepalived is refused',
    changes: { 'controlPlane.provider': 'keepalived', 'controlPlane.lease': { renewSeconds: 10 } },
    problems: [
      'error controlPlane.lease: provider-setting: lease is for provider kube-vip, and the provider is keepalived; remove it, or set provider: kube-vip',
    ],
  },
  {
    says: 'settings of two providers for a third are refused at once',
    changes: {
      'controlPlane.provider': 'external',
      'controlPlane.keepalived': {},
      'controlPlane.bgp': { localAS: 64512, peers: [router] },
    },
    problems: [
      'error controlPlane.bgp: provider-setting: bgp is for provider kube-vip, and the provider is external; remove it, or set provider: kube-vip',
      'error controlPlane.keepalived: provider-setting: keepalived is for provider keepalived, and the provider is external; remove it, or set provider: keepalived',
    ],
  },
  {
    says: 'settings of keepalived for kube-vip are refused',
    changes: { 'controlPlane.keepalived': { routerId: 7 } },
    problems: [
      'error controlPlane.keepalived: provider-setting: keepalived is for provider keepalived, and the provider is kube-vip; remove it, or set provider: keepalived',
    ],
  },
  {
    says: 'a VRRP router ID of 256 is refused',
    changes: { 'controlPlane.provider': 'keepalived', 'controlPlane.keepalived': { routerId: 256 } },
    problems: ['error controlPlane.keepalived.routerId: bad-number: "routerId" is 256; use at most 255'],
  },
  {
    says: 'a CA hash that is too short is refused',
    changes: { 'controlPlane.caSha256': 'abc' },
    problems: [
      'error controlPlane.caSha256: bad-hash: "abc" is not valid here; use the 64 hexadecimal digits that sha256sum prints',
    ],
  },
  {
    says: 'a provider that does not exist is refused',
    changes: { 'controlPlane.provider': 'haproxy' },
    problems: ['error controlPlane.provider: bad-value: "provider" is "haproxy"; use kube-vip, keepalived or external'],
  },
  {
    says: 'keepalived without an interface is refused',
    changes: { 'controlPlane.provider': 'keepalived', 'controlPlane.interface': undefined },
    problems: [
      'error controlPlane.provider: keepalived-interface: provider keepalived needs controlPlane.interface, which is not set; set it to the name that `ip link` prints; a systemd .link file gives the servers one name where theirs differ',
    ],
  },
  {
    says: 'a VIP outside the subnet is refused for keepalived as for kube-vip',
    changes: { 'controlPlane.provider': 'keepalived', 'controlPlane.vip': '192.168.11.5' },
    problems: [
      'error controlPlane.vip: vip-outside-subnet: VIP 192.168.11.5 is outside the node network 192.168.10.0/24; choose a free address in it',
    ],
  },
  {
    says: 'a load balancer with the address of a node is refused',
    changes: { 'controlPlane.provider': 'external', 'controlPlane.vip': '192.168.10.11' },
    problems: [
      'error controlPlane.vip: vip-is-node: VIP 192.168.10.11 is the address of node k3s-1; choose a free address',
    ],
  },
  badRelease('v1.0.1', 'stops electing a holder (https://github.com/kube-vip/kube-vip/issues/1377)'),
  badRelease('v1.0.2', 'stops electing a holder (https://github.com/kube-vip/kube-vip/issues/1377)'),
  badRelease('v1.0.3', 'stops electing a holder (https://github.com/kube-vip/kube-vip/issues/1377)'),
  badRelease('v1.0.4', 'keeps the VIP when it is stopped (https://github.com/kube-vip/kube-vip/issues/1413)'),
  badRelease('v1.1.2', 'removes the VIP from its interface (https://github.com/kube-vip/kube-vip/issues/1533)'),
  badRelease('v1.0.0', OLD),
  badRelease('v0.9.2', OLD),
  {
    says: 'a bad release is refused behind a digest too',
    changes: { 'images.kubeVip': `localhost:5000/kube-vip:1.1.2${DIGEST}` },
    problems: [
      'error images.kubeVip: kube-vip-version: kube-vip 1.1.2 removes the VIP from its interface (https://github.com/kube-vip/kube-vip/issues/1533); use 1.2.3, or remove images.kubeVip',
    ],
  },
  {
    says: 'kube-vip 1.1.0 is refused with BGP',
    changes: { ...byBgp(), 'images.kubeVip': 'ghcr.io/kube-vip/kube-vip:v1.1.0' },
    problems: [
      'error images.kubeVip: kube-vip-version: kube-vip 1.1.0 removes its BGP peers right after adding them (https://github.com/kube-vip/kube-vip/issues/1466); use 1.2.3, or remove images.kubeVip',
    ],
  },
  {
    says: 'a kube-vip by digest alone is warned about',
    changes: { 'images.kubeVip': `ghcr.io/kube-vip/kube-vip${DIGEST}` },
    problems: [
      `warning images.kubeVip: kube-vip-unknown-version: image "ghcr.io/kube-vip/kube-vip${DIGEST}" names no kube-vip release, so it cannot be checked for known faults; add the tag, such as :v1.2.3, also beside a digest`,
    ],
  },
  {
    says: 'a kube-vip with a tag that is no release is warned about',
    changes: { 'images.kubeVip': 'localhost:5000/kube-vip:main' },
    problems: [
      'warning images.kubeVip: kube-vip-unknown-version: image "localhost:5000/kube-vip:main" names no kube-vip release, so it cannot be checked for known faults; add the tag, such as :v1.2.3, also beside a digest',
    ],
  },
  {
    says: 'an announced VIP inside the node network is warned about',
    changes: { ...byBgp(), 'controlPlane.vip': '192.168.10.5' },
    problems: [
      'warning controlPlane.vip: vip-bgp-in-subnet: VIP 192.168.10.5 is announced by BGP, but hosts of the node network resolve it by ARP and miss a failover; choose an address outside every network, or remove controlPlane.bgp',
    ],
  },
  {
    says: 'an announced VIP of a family that the machines do not have is refused',
    changes: { ...byBgp(), 'controlPlane.vip': 'fd00::5' },
    problems: [
      'error controlPlane.vip: vip-family: VIP fd00::5 is IPv6, a family that nodes and services do not have; choose a VIP of a family in network.subnet, or add the family to every network and node',
    ],
  },
  {
    says: 'a node in place of the router is refused',
    changes: byBgp({ peerAddress: '192.168.10.12', peerAS: 64513 }),
    problems: [
      'error controlPlane.bgp.peers[0].peerAddress: vip-bgp-peer: router 192.168.10.12 has the address of node k3s-2; use the address of the router, often 192.168.10.1',
    ],
  },
  {
    says: 'the virtual IP in place of the router is refused',
    changes: { ...byBgp({ peerAddress: '10.99.0.5', peerAS: 64513 }), 'network.gateway': undefined },
    problems: [
      'error controlPlane.bgp.peers[0].peerAddress: vip-bgp-peer: router 10.99.0.5 has the address of the VIP; use the address of the router',
    ],
  },
  {
    says: 'a router that MetalLB has a session with from the same servers is refused',
    site: bgpSite,
    changes: byBgp({ peerAddress: '192.168.10.2', peerAS: 64500 }),
    problems: [sharedRouter('192.168.10.2', 'tor-1')],
  },
  {
    says: 'a router that MetalLB has a session with from one server alone is refused',
    site: bgpSite,
    changes: byBgp({ peerAddress: '192.168.10.3', peerAS: 64512 }),
    problems: [sharedRouter('192.168.10.3', 'tor-2')],
  },
  {
    says: 'BGP on a site whose first family is IPv6 is refused',
    site: () => {
      const site = dualStackSite();
      return {
        ...site,
        network: { subnet: ['fd00:10::/64', '192.168.10.0/24'] },
        nodes: site.nodes.map((node) => ({ ...node, address: [node.address].flat().reverse() })),
      };
    },
    changes: byBgp(),
    problems: [
      'error controlPlane.bgp: vip-bgp-router-id: kube-vip uses the first address of a node as BGP router ID, which must be IPv4, and it is IPv6; put IPv4 first in every list, or remove controlPlane.bgp',
    ],
  },
  {
    says: 'a k3s that does not read the files for the kubelet is warned about',
    changes: { 'versions.k3s': 'v1.31.9+k3s1' },
    problems: [
      'warning versions.k3s: kubelet-too-old: k3s v1.31.9+k3s1 does not read server/99-shutdown.conf, so a node that halts stops all its pods at once; use v1.32 or newer',
    ],
  },
  {
    says: 'k3OS is warned about where a site names it',
    changes: { os: ['cloud-init', 'k3os'] },
    problems: [
      'warning os[1]: archived-system: k3OS is archived since 2023 and ends at k3s 1.23, which gets no fixes and does not stop pods in order at a halt; use cloud-init or kairos when a node is replaced',
    ],
  },
  {
    says: 'the actuator logind on k3OS is refused',
    changes: { os: ['k3os'], 'power.actuator': 'logind', 'images.nut': 'registry.home.arpa/nut:2.8.3' },
    problems: [
      'warning os[0]: archived-system: k3OS is archived since 2023 and ends at k3s 1.23, which gets no fixes and does not stop pods in order at a halt; use cloud-init or kairos when a node is replaced',
      'error os[0]: logind-without-systemd: actuator logind cannot power off k3OS, which has no systemd; use actuator killpowerd, or remove k3os',
    ],
  },
  {
    says: 'a system that stands twice is refused',
    changes: { os: ['kairos', 'kairos'] },
    problems: ['error os[1]: duplicate-entry: "kairos" is already entry 1; keep one of the two'],
  },
  {
    says: 'a system that nobody writes files for is refused',
    changes: { os: ['talos'] },
    problems: ['error os[0]: bad-value: entry 1 is "talos"; use cloud-init, kairos or k3os'],
  },
  {
    says: 'images without digest are refused where digests are wanted',
    changes: {
      images: { byDigest: true, nut: 'instantlinux/nut-upsd:2.8.3-r4', metallbController: `a/b:v0.16.1${DIGEST}` },
    },
    problems: [
      'error images.byDigest: image-not-by-digest: images.kubeVip is not set, and its default has no digest; write name:tag@sha256:..., with the digest that `skopeo inspect` or the registry shows',
      'error images.nut: image-not-by-digest: image "instantlinux/nut-upsd:2.8.3-r4" has no digest; write name:tag@sha256:..., with the digest that `skopeo inspect` or the registry shows',
      'error images.byDigest: image-not-by-digest: images.metallbSpeaker is not set, and its default has no digest; write name:tag@sha256:..., with the digest that `skopeo inspect` or the registry shows',
    ],
  },
  {
    says: 'images of MetalLB of another release, or of none that they say, are warned about',
    changes: {
      images: {
        metallbController: 'quay.io/metallb/controller:v0.15.3',
        metallbSpeaker: `localhost:5000/speaker${DIGEST}`,
      },
    },
    problems: [
      'warning images.metallbController: metallb-version: image "quay.io/metallb/controller:v0.15.3" is not tagged v0.16.1, the release of the CRDs and RBAC rules in dist/; tag it v0.16.1, also beside a digest, or compare its manifest: npm run verify:metallb',
      `warning images.metallbSpeaker: metallb-version: image "localhost:5000/speaker${DIGEST}" is not tagged v0.16.1, the release of the CRDs and RBAC rules in dist/; tag it v0.16.1, also beside a digest, or compare its manifest: npm run verify:metallb`,
    ],
  },
  {
    says: 'an exporter without digest is refused where digests are wanted',
    changes: {
      images: {
        byDigest: true,
        nut: `a/nut:1${DIGEST}`,
        kubeVip: `a/kube-vip:v1.2.3${DIGEST}`,
        metallbController: `a/b:v0.16.1${DIGEST}`,
        metallbSpeaker: `a/b:v0.16.1${DIGEST}`,
      },
      'power.metrics': {},
    },
    problems: [
      'error images.byDigest: image-not-by-digest: images.nutExporter is not set, and its default has no digest; write name:tag@sha256:..., with the digest that `skopeo inspect` or the registry shows',
    ],
  },
  {
    says: 'keepalived on servers with different interfaces is refused',
    changes: { 'controlPlane.provider': 'keepalived', 'nodes[1].interface': 'eth1' },
    problems: [
      'error controlPlane.provider: keepalived-interface: provider keepalived needs one interface of all servers, and theirs differ; set it to the name that `ip link` prints; a systemd .link file gives the servers one name where theirs differ',
    ],
  },
];
