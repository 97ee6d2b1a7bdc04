import { dualStackSite, type InvalidSite, ipv6Site } from '../../support/site-input';

const WITHOUT_CLAIM =
  'error bootstrap: founder-without-claim: a server bootstraps unattended only with an IPv4 VIP, which it claims by ARP, and the VIP is IPv6; remove bootstrap and bootstrap by hand (hosts/README.md), or add an IPv4 address to controlPlane.vip';

/** The permission to found the cluster, on the first day of 2027. */
export const bootstrap: readonly InvalidSite[] = [
  {
    says: 'a permission that k3OS alone would have to use is refused',
    changes: { os: ['k3os'], bootstrap: { node: 'k3s-1', notAfter: '2027-01-02T00:00:00Z' } },
    problems: [
      'warning os[0]: archived-system: k3OS is archived since 2023 and ends at k3s 1.23, which gets no fixes and does not stop pods in order at a halt; use cloud-init or kairos when a node is replaced',
      'error bootstrap: permission-unused: k3OS has no k3s-ha to use this permission; remove bootstrap, and bootstrap from the boot menu as hosts/README.md describes under k3OS',
    ],
  },
  {
    says: 'a time that is no time is refused',
    changes: { bootstrap: { node: 'k3s-1', notAfter: 'tomorrow' } },
    problems: [
      'error bootstrap.notAfter: bad-time: "tomorrow" is not a time; write it in UTC like 2027-01-31T18:00:00Z',
    ],
  },
  {
    says: 'a day that no calendar has is refused',
    changes: { bootstrap: { node: 'k3s-1', notAfter: '2027-02-30T00:00:00Z' } },
    problems: [
      'error bootstrap.notAfter: bad-time: "2027-02-30T00:00:00Z" is not a time; write it in UTC like 2027-01-31T18:00:00Z',
    ],
  },
  {
    says: 'a time without its zone is refused',
    changes: { bootstrap: { node: 'k3s-1', notAfter: '2027-01-02T00:00:00' } },
    problems: [
      'error bootstrap.notAfter: bad-time: "2027-01-02T00:00:00" is not a time; write it in UTC like 2027-01-31T18:00:00Z',
    ],
  },
  {
    says: 'a permission for a node that is not there is refused',
    changes: { bootstrap: { node: 'k3s-9', notAfter: '2027-01-02T00:00:00Z' } },
    problems: [
      'error bootstrap.node: unknown-node: node "k3s-9" does not exist; use one of k3s-1, k3s-2, k3s-3, k3s-4',
    ],
  },
  {
    says: 'a permission for an agent is refused',
    changes: { bootstrap: { node: 'k3s-4', notAfter: '2027-01-02T00:00:00Z' } },
    problems: ['error bootstrap.node: founder-not-server: k3s-4 is an agent and cannot bootstrap; name a server'],
  },
  {
    says: 'a permission where there is IPv6 alone is refused, since nothing can be claimed',
    site: ipv6Site,
    changes: { bootstrap: { node: 'k3s-11', notAfter: '2027-01-02T00:00:00Z' } },
    problems: [WITHOUT_CLAIM],
  },
  {
    says: 'a permission where the virtual IP alone is IPv6 is refused',
    site: dualStackSite,
    changes: { 'controlPlane.vip': 'fd00:10::5', bootstrap: { node: 'k3s-1', notAfter: '2027-01-02T00:00:00Z' } },
    problems: [WITHOUT_CLAIM],
  },
  {
    says: 'a permission that ends this second is refused',
    changes: { bootstrap: { node: 'k3s-1', notAfter: '2027-01-01T00:00:00Z' } },
    problems: [
      'error bootstrap.notAfter: permission-expired: the permission to bootstrap expired at 2027-01-01T00:00:00.000Z; remove bootstrap if the cluster exists, else set a later time',
    ],
  },
  {
    says: 'a permission for more than a week is refused',
    changes: { bootstrap: { node: 'k3s-1', notAfter: '2027-01-08T00:00:01Z' } },
    problems: [
      'error bootstrap.notAfter: permission-long: the permission to bootstrap lasts 8 days, until 2027-01-08T00:00:01.000Z; set an end within 7 days',
    ],
  },
];
