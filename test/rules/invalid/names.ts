import { type InvalidSite } from '../../support/site-input';

/** A row for each way to break a rule: names that cannot be used. */
export const names: readonly InvalidSite[] = [
  {
    says: 'a cluster name in capitals is refused',
    changes: { name: 'Home' },
    problems: [
      'error name: bad-name: "Home" is not valid here; use up to 63 lower-case letters, digits and inner dashes',
    ],
  },
  {
    says: 'a node name with an underscore is refused',
    changes: { 'nodes[3].name': 'k3s_4' },
    problems: [
      'error nodes[3].name: bad-name: "k3s_4" is not valid here; use the host name in lower case, at most 63 characters; it is the name of the Kubernetes node',
    ],
  },
  {
    says: 'a node name of 64 characters is refused',
    changes: { 'nodes[3].name': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb' },
    problems: [
      'error nodes[3].name: bad-name: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" is not valid here; use the host name in lower case, at most 63 characters; it is the name of the Kubernetes node',
    ],
  },
  {
    says: 'a pool name with a dot is refused',
    changes: { 'loadBalancer.pools[0].name': 'lan.a' },
    problems: [
      'error loadBalancer.pools[0].name: bad-name: "lan.a" is not valid here; use up to 63 lower-case letters, digits and inner dashes',
    ],
  },
  {
    says: 'an address as DNS name is refused',
    changes: { 'controlPlane.dnsName': '192.168.10.5' },
    problems: [
      'error controlPlane.dnsName: bad-name: "192.168.10.5" is not valid here; use a lower-case DNS name such as api.home.arpa',
    ],
  },
  {
    says: 'a URL as DNS name is refused',
    changes: { 'controlPlane.dnsName': 'https://api.home.arpa' },
    problems: [
      'error controlPlane.dnsName: bad-name: "https://api.home.arpa" is not valid here; use a lower-case DNS name such as api.home.arpa',
    ],
  },
  {
    says: 'a Secret name with a slash is refused',
    changes: { 'nut.secret': 'nut/users' },
    problems: [
      'error nut.secret: bad-name: "nut/users" is not valid here; use lower-case letters, digits and inner - and .',
    ],
  },
  {
    says: 'a UPS may not be called "ups@office"',
    changes: { 'ups[0].name': 'ups@office' },
    problems: [
      'error ups[0].name: bad-ups-name: "ups@office" is not valid here; use up to 63 letters, digits and inner _ . -',
    ],
  },
  {
    says: 'a UPS may not be called "ups:1"',
    changes: { 'ups[0].name': 'ups:1' },
    problems: [
      'error ups[0].name: bad-ups-name: "ups:1" is not valid here; use up to 63 letters, digits and inner _ . -',
    ],
  },
  {
    says: 'a UPS may not be called "my ups"',
    changes: { 'ups[0].name': 'my ups' },
    problems: [
      'error ups[0].name: bad-ups-name: "my ups" is not valid here; use up to 63 letters, digits and inner _ . -',
    ],
  },
  {
    says: 'a UPS may not be called "[ups1]"',
    changes: { 'ups[0].name': '[ups1]' },
    problems: [
      'error ups[0].name: bad-ups-name: "[ups1]" is not valid here; use up to 63 letters, digits and inner _ . -',
    ],
  },
  {
    says: 'a UPS may not be called "ups/1"',
    changes: { 'ups[0].name': 'ups/1' },
    problems: [
      'error ups[0].name: bad-ups-name: "ups/1" is not valid here; use up to 63 letters, digits and inner _ . -',
    ],
  },
  {
    says: 'a UPS may not be called "usv-büro"',
    changes: { 'ups[0].name': 'usv-büro' },
    problems: [
      'error ups[0].name: bad-ups-name: "usv-büro" is not valid here; use up to 63 letters, digits and inner _ . -',
    ],
  },
  {
    says: 'a UPS may not be called "-ups"',
    changes: { 'ups[0].name': '-ups' },
    problems: [
      'error ups[0].name: bad-ups-name: "-ups" is not valid here; use up to 63 letters, digits and inner _ . -',
    ],
  },
  {
    says: 'a UPS may not be called "ups."',
    changes: { 'ups[0].name': 'ups.' },
    problems: [
      'error ups[0].name: bad-ups-name: "ups." is not valid here; use up to 63 letters, digits and inner _ . -',
    ],
  },
  {
    says: 'a UPS may not be called "uuu... (64 letters)"',
    changes: { 'ups[0].name': 'uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu' },
    problems: [
      'error ups[0].name: bad-ups-name: "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu" is not valid here; use up to 63 letters, digits and inner _ . -',
    ],
  },
  {
    says: 'a UPS may not be called ""',
    changes: { 'ups[0].name': '' },
    problems: ['error ups[0].name: bad-ups-name: "" is not valid here; use up to 63 letters, digits and inner _ . -'],
  },
  {
    says: 'an interface name of 16 characters is refused',
    changes: { 'controlPlane.interface': 'enp0s31f6.100000' },
    problems: [
      'error controlPlane.interface: bad-interface: "enp0s31f6.100000" is not valid here; use the name that `ip link` prints, at most 15 letters, digits and _ . -',
    ],
  },
  {
    says: 'an interface name with a blank is refused',
    changes: { 'loadBalancer.advertisements[0].interfaces': ['eth 0'] },
    problems: [
      'error loadBalancer.advertisements[0].interfaces[0]: bad-interface: "eth 0" is not valid here; use the name that `ip link` prints, at most 15 letters, digits and _ . -',
    ],
  },
  {
    says: 'an interface name that a shell would read as more is refused',
    changes: { 'controlPlane.interface': 'eth0;reboot' },
    problems: [
      'error controlPlane.interface: bad-interface: "eth0;reboot" is not valid here; use the name that `ip link` prints, at most 15 letters, digits and _ . -',
    ],
  },
];
