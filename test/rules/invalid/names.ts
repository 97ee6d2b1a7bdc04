import { type InvalidSite, invalid } from '../../support/site-input';

/** A row for each way to break a rule: names that cannot be used. */
export const names: readonly InvalidSite[] = [
  invalid(
    'a cluster name in capitals is refused',
    { name: 'Home' },
    'error name: bad-name: "Home" is not valid here; use up to 63 lower-case letters, digits and inner dashes',
  ),
  invalid(
    'a node name with an underscore is refused',
    { 'nodes[3].name': 'k3s_4' },
    'error nodes[3].name: bad-name: "k3s_4" is not valid here; use the host name in lower case, at most 63 characters; it is the name of the Kubernetes node',
  ),
  invalid(
    'a node name of 64 characters is refused',
    { 'nodes[3].name': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb' },
    'error nodes[3].name: bad-name: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" is not valid here; use the host name in lower case, at most 63 characters; it is the name of the Kubernetes node',
  ),
  invalid(
    'a pool name with a dot is refused',
    { 'loadBalancer.pools[0].name': 'lan.a' },
    'error loadBalancer.pools[0].name: bad-name: "lan.a" is not valid here; use up to 63 lower-case letters, digits and inner dashes',
  ),
  invalid(
    'an address as DNS name is refused',
    { 'controlPlane.dnsName': '192.168.10.5' },
    'error controlPlane.dnsName: bad-name: "192.168.10.5" is not valid here; use a lower-case DNS name such as api.home.arpa',
  ),
  invalid(
    'a URL as DNS name is refused',
    { 'controlPlane.dnsName': 'https://api.home.arpa' },
    'error controlPlane.dnsName: bad-name: "https://api.home.arpa" is not valid here; use a lower-case DNS name such as api.home.arpa',
  ),
  invalid(
    'a Secret name with a slash is refused',
    { 'nut.secret': 'nut/users' },
    'error nut.secret: bad-name: "nut/users" is not valid here; use lower-case letters, digits and inner - and .',
  ),
  invalid(
    'a UPS may not be called "ups@office"',
    { 'ups[0].name': 'ups@office' },
    'error ups[0].name: bad-ups-name: "ups@office" is not valid here; use up to 63 letters, digits and inner _ . -',
  ),
  invalid(
    'a UPS may not be called "ups:1"',
    { 'ups[0].name': 'ups:1' },
    'error ups[0].name: bad-ups-name: "ups:1" is not valid here; use up to 63 letters, digits and inner _ . -',
  ),
  invalid(
    'a UPS may not be called "my ups"',
    { 'ups[0].name': 'my ups' },
    'error ups[0].name: bad-ups-name: "my ups" is not valid here; use up to 63 letters, digits and inner _ . -',
  ),
  invalid(
    'a UPS may not be called "[ups1]"',
    { 'ups[0].name': '[ups1]' },
    'error ups[0].name: bad-ups-name: "[ups1]" is not valid here; use up to 63 letters, digits and inner _ . -',
  ),
  invalid(
    'a UPS may not be called "ups/1"',
    { 'ups[0].name': 'ups/1' },
    'error ups[0].name: bad-ups-name: "ups/1" is not valid here; use up to 63 letters, digits and inner _ . -',
  ),
  invalid(
    'a UPS may not be called "usv-büro"',
    { 'ups[0].name': 'usv-büro' },
    'error ups[0].name: bad-ups-name: "usv-büro" is not valid here; use up to 63 letters, digits and inner _ . -',
  ),
  invalid(
    'a UPS may not be called "-ups"',
    { 'ups[0].name': '-ups' },
    'error ups[0].name: bad-ups-name: "-ups" is not valid here; use up to 63 letters, digits and inner _ . -',
  ),
  invalid(
    'a UPS may not be called "ups."',
    { 'ups[0].name': 'ups.' },
    'error ups[0].name: bad-ups-name: "ups." is not valid here; use up to 63 letters, digits and inner _ . -',
  ),
  invalid(
    'a UPS may not be called "uuu... (64 letters)"',
    { 'ups[0].name': 'uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu' },
    'error ups[0].name: bad-ups-name: "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu" is not valid here; use up to 63 letters, digits and inner _ . -',
  ),
  invalid(
    'a UPS may not be called ""',
    { 'ups[0].name': '' },
    'error ups[0].name: bad-ups-name: "" is not valid here; use up to 63 letters, digits and inner _ . -',
  ),
  invalid(
    'an interface name of 16 characters is refused',
    { 'controlPlane.interface': 'enp0s31f6.100000' },
    'error controlPlane.interface: bad-interface: "enp0s31f6.100000" is not valid here; use the name that `ip link` prints, at most 15 letters, digits and _ . -',
  ),
  invalid(
    'an interface name with a blank is refused',
    { 'loadBalancer.advertisements[0].interfaces': ['eth 0'] },
    'error loadBalancer.advertisements[0].interfaces[0]: bad-interface: "eth 0" is not valid here; use the name that `ip link` prints, at most 15 letters, digits and _ . -',
  ),
  invalid(
    'an interface name that a shell would read as more is refused',
    { 'controlPlane.interface': 'eth0;reboot' },
    'error controlPlane.interface: bad-interface: "eth0;reboot" is not valid here; use the name that `ip link` prints, at most 15 letters, digits and _ . -',
  ),
];
