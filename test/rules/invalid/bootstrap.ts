import { dualStackSite, type InvalidSite, ipv6Site } from '../../support/site-input';

const WITHOUT_CLAIM =
  'error bootstrap: founder-without-claim: the virtual IP is IPv6 alone, and a server that founds the cluster by itself has to claim an IPv4 one by ARP; let no server do it: a person founds this cluster by hand, see hosts/README.md; or give controlPlane.vip an IPv4 address too, where the machines have some';

/** The permission to found the cluster, on the first day of 2027. */
export const bootstrap: readonly InvalidSite[] = [
  {
    says: 'a permission that k3OS alone would have to use is refused',
    changes: { os: ['k3os'], bootstrap: { node: 'k3s-1', notAfter: '2027-01-02T00:00:00Z' } },
    problems: [
      'warning os[0]: archived-system: k3OS is archived since 2023 and ends at k3s 1.23, which gets no fixes and does not end pods in order when a machine halts; install cloud-init or kairos when a machine is replaced; until then keep it',
      'error bootstrap: permission-unused: k3OS has no k3s-ha, so nothing there would use the permission to found the cluster; take bootstrap out and found the cluster from the boot menu, as hosts/README.md says under k3OS',
    ],
  },
  {
    says: 'a time that is no time is refused',
    changes: { bootstrap: { node: 'k3s-1', notAfter: 'tomorrow' } },
    problems: ['error bootstrap.notAfter: bad-time: "tomorrow" is no time; write it in UTC like 2027-01-31T18:00:00Z'],
  },
  {
    says: 'a day that no calendar has is refused',
    changes: { bootstrap: { node: 'k3s-1', notAfter: '2027-02-30T00:00:00Z' } },
    problems: [
      'error bootstrap.notAfter: bad-time: "2027-02-30T00:00:00Z" is no time; write it in UTC like 2027-01-31T18:00:00Z',
    ],
  },
  {
    says: 'a time without its zone is refused',
    changes: { bootstrap: { node: 'k3s-1', notAfter: '2027-01-02T00:00:00' } },
    problems: [
      'error bootstrap.notAfter: bad-time: "2027-01-02T00:00:00" is no time; write it in UTC like 2027-01-31T18:00:00Z',
    ],
  },
  {
    says: 'a permission for a node that is not there is refused',
    changes: { bootstrap: { node: 'k3s-9', notAfter: '2027-01-02T00:00:00Z' } },
    problems: [
      'error bootstrap.node: unknown-node: there is no node "k3s-9" that could found the cluster; the nodes are k3s-1, k3s-2, k3s-3, k3s-4',
    ],
  },
  {
    says: 'a permission for an agent is refused',
    changes: { bootstrap: { node: 'k3s-4', notAfter: '2027-01-02T00:00:00Z' } },
    problems: [
      'error bootstrap.node: founder-not-server: k3s-4 is an agent, which cannot found a cluster; name a server',
    ],
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
      'error bootstrap.notAfter: permission-expired: the permission to found the cluster ended at 2027-01-01T00:00:00.000Z; take bootstrap out when the cluster exists, else state a new time',
    ],
  },
  {
    says: 'a permission for more than a week is refused',
    changes: { bootstrap: { node: 'k3s-1', notAfter: '2027-01-08T00:00:01Z' } },
    problems: [
      'error bootstrap.notAfter: permission-long: the permission to found the cluster would last until 2027-01-08T00:00:01.000Z, 8 days; let it end within 7 days, so that no forgotten stick founds a second cluster',
    ],
  },
];
