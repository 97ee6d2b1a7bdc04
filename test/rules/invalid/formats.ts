import { bgpSite, type InvalidSite } from '../../support/site-input';

/** A row for each way to break a rule: texts that cannot be what they are meant to be. */
export const formats: readonly InvalidSite[] = [
  {
    says: 'a name is no address',
    changes: { 'controlPlane.vip': 'api.home.arpa' },
    problems: [
      'error controlPlane.vip: bad-address: "api.home.arpa" is no IP address; write it like 192.168.10.43 or fd00::43',
    ],
  },
  {
    says: 'an address with a leading zero is refused',
    changes: { 'nodes[0].address': '192.168.010.11' },
    problems: [
      'error nodes[0].address: bad-address: "192.168.010.11" is no IP address; write it like 192.168.10.43 or fd00::43',
    ],
  },
  {
    says: 'an address with three parts is refused',
    changes: { 'nodes[0].address': '192.168.10' },
    problems: [
      'error nodes[0].address: bad-address: "192.168.10" is no IP address; write it like 192.168.10.43 or fd00::43',
    ],
  },
  {
    says: 'an IPv6 address with a zone is refused',
    changes: { 'network.gateway': 'fe80::1%eth0' },
    problems: [
      'error network.gateway: bad-address: "fe80::1%eth0" is no IP address; write it like 192.168.10.43 or fd00::43',
    ],
  },
  {
    says: 'an IPv4 address in IPv6 form is refused',
    changes: { 'controlPlane.vip': '::ffff:c0a8:a05' },
    problems: [
      'error controlPlane.vip: bad-address: "::ffff:c0a8:a05" is an IPv4 address in IPv6 form; write 192.168.10.5',
    ],
  },
  {
    says: 'a bad entry of a list of addresses is refused',
    changes: { 'controlPlane.vip': ['192.168.10.5', 'x'] },
    problems: ['error controlPlane.vip[1]: bad-address: "x" is no IP address; write it like 192.168.10.43 or fd00::43'],
  },
  {
    says: 'an address that holds a semicolon and a line break is quoted on one line',
    changes: { 'controlPlane.vip': 'a; b\nc' },
    problems: [
      'error controlPlane.vip: bad-address: "a; b\\nc" is no IP address; write it like 192.168.10.43 or fd00::43',
    ],
  },
  {
    says: 'a range that ends before it starts is refused',
    changes: { 'network.dhcp': ['192.168.10.199-192.168.10.100'] },
    problems: [
      'error network.dhcp[0]: bad-range: "192.168.10.199-192.168.10.100" starts above its end; did you mean 192.168.10.100-192.168.10.199?',
    ],
  },
  {
    says: 'a range of two families is refused',
    changes: { 'network.dhcp': ['192.168.10.1-fd00::1'] },
    problems: [
      'error network.dhcp[0]: bad-range: "192.168.10.1-fd00::1" mixes IPv4 and IPv6; write one range for each',
    ],
  },
  {
    says: 'a range with three ends is refused',
    changes: { 'network.dhcp': ['192.168.10.1-192.168.10.2-192.168.10.3'] },
    problems: [
      'error network.dhcp[0]: bad-range: "192.168.10.1-192.168.10.2-192.168.10.3" is no address range; write both ends in full, like 192.168.10.240-192.168.10.250, or a CIDR',
    ],
  },
  {
    says: 'a range whose end is only the last number is refused',
    changes: { 'loadBalancer.pools[0].addresses': ['192.168.10.240-250'] },
    problems: [
      'error loadBalancer.pools[0].addresses[0]: bad-range: "192.168.10.240-250" is no address range; write both ends in full, like 192.168.10.240-192.168.10.250, or a CIDR',
    ],
  },
  {
    says: 'a CIDR range with host bits is refused',
    changes: { 'loadBalancer.pools[0].addresses': ['192.168.10.241/28'] },
    problems: [
      'error loadBalancer.pools[0].addresses[0]: bad-range: "192.168.10.241/28" has host bits set; did you mean 192.168.10.240/28?',
    ],
  },
  {
    says: 'a subnet with host bits is refused',
    changes: { 'network.subnet': '192.168.10.1/24' },
    problems: ['error network.subnet: bad-subnet: "192.168.10.1/24" has host bits set; did you mean 192.168.10.0/24?'],
  },
  {
    says: 'a subnet without a prefix length is refused',
    changes: { 'network.subnet': '192.168.10.0' },
    problems: [
      'error network.subnet: bad-subnet: "192.168.10.0" is no network; write address and prefix length, like 192.168.10.0/24',
    ],
  },
  {
    says: 'a prefix length of 33 is refused',
    changes: { 'network.subnet': '192.168.10.0/33' },
    problems: ['error network.subnet: bad-subnet: "/33" is no prefix length; IPv4 takes /0 to /32'],
  },
  {
    says: 'a prefix length of 129 is refused',
    changes: { 'network.pods': 'fd00::/129' },
    problems: ['error network.pods: bad-subnet: "/129" is no prefix length; IPv6 takes /0 to /128'],
  },
  {
    says: 'a netmask instead of a prefix length is refused',
    changes: { 'network.subnet': '192.168.10.0/255.255.255.0' },
    problems: ['error network.subnet: bad-subnet: "/255.255.255.0" is no prefix length; IPv4 takes /0 to /32'],
  },
  {
    says: 'a driver given by its path is refused',
    changes: { 'ups[0].driver': '/lib/nut/usbhid-ups' },
    problems: [
      'error ups[0].driver: bad-driver: "/lib/nut/usbhid-ups" is not valid here; use the name of a NUT driver, such as usbhid-ups',
    ],
  },
  {
    says: 'the driver as a driver option is refused',
    changes: { 'ups[0].options': { driver: 'dummy-ups' } },
    problems: [
      'error ups[0].options.driver: bad-driver-option: "driver" is not valid here; use an option of the driver, such as vendorid (driver, port and desc are fields of their own)',
    ],
  },
  {
    says: 'a driver option with a blank is refused',
    changes: { 'ups[0].options': { 'vendor id': '051d' } },
    problems: [
      'error ups[0].options.vendor id: bad-driver-option: "vendor id" is not valid here; use an option of the driver, such as vendorid (driver, port and desc are fields of their own)',
    ],
  },
  {
    says: 'a description with an umlaut is refused',
    changes: { 'ups[0].description': 'Büro' },
    problems: ['error ups[0].description: bad-text: "Büro" is not valid here; use printable ASCII on one line'],
  },
  {
    says: 'a description of two lines is refused',
    changes: { 'ups[0].description': 'a\nMONITOR b' },
    problems: [
      'error ups[0].description: bad-text: "a\\nMONITOR b" is not valid here; use printable ASCII on one line',
    ],
  },
  {
    says: 'a driver option of two lines is refused',
    changes: { 'ups[0].options.vendorid': '051d\nport = x' },
    problems: [
      'error ups[0].options.vendorid: bad-text: "051d\\nport = x" is not valid here; use printable ASCII on one line',
    ],
  },
  {
    says: 'an empty port is refused',
    changes: { 'ups[0].port': '' },
    problems: [
      'error ups[0].port: bad-text: "" is not valid here; use auto, a device path or an address, in printable ASCII without spaces',
    ],
  },
  {
    says: 'a MAC address without colons is refused',
    changes: { 'nodes[0].mac': '020000000002' },
    problems: [
      'error nodes[0].mac: bad-mac: "020000000002" is not valid here; use six pairs of hexadecimal digits with colons, as `ip link` prints',
    ],
  },
  {
    says: 'a long text is not repeated in the answer',
    changes: { 'nut.killpowerPath': 'a'.repeat(50_000) },
    problems: [
      `error nut.killpowerPath: bad-path: "${'a'.repeat(64)}"... (50000 characters) is not valid here; use an absolute path of letters, digits and . _ @ -, without . and .. as parts`,
    ],
  },
  {
    says: 'a relative path is refused',
    changes: { 'nut.killpowerPath': 'run/killpower' },
    problems: [
      'error nut.killpowerPath: bad-path: "run/killpower" is not valid here; use an absolute path of letters, digits and . _ @ -, without . and .. as parts',
    ],
  },
  {
    says: 'the root directory as path is refused',
    changes: { 'nut.killpowerPath': '/' },
    problems: [
      'error nut.killpowerPath: bad-path: "/" is not valid here; use an absolute path of letters, digits and . _ @ -, without . and .. as parts',
    ],
  },
  {
    says: 'a path that climbs up is refused',
    changes: { 'nut.usbBusPath': '/dev/../etc' },
    problems: [
      'error nut.usbBusPath: bad-path: "/dev/../etc" is not valid here; use an absolute path of letters, digits and . _ @ -, without . and .. as parts',
    ],
  },
  {
    says: 'a path with a blank is refused',
    changes: { 'nut.killpowerPath': '/run/kill power' },
    problems: [
      'error nut.killpowerPath: bad-path: "/run/kill power" is not valid here; use an absolute path of letters, digits and . _ @ -, without . and .. as parts',
    ],
  },
  {
    says: 'an image without tag or digest is refused',
    changes: { 'images.nut': 'docker.io/instantlinux/nut-upsd' },
    problems: [
      'error images.nut: bad-image: "docker.io/instantlinux/nut-upsd" is not valid here; use registry/name:tag or registry/name@sha256:..., and never :latest',
    ],
  },
  {
    says: 'an image tagged latest is refused',
    changes: { 'images.nut': 'docker.io/instantlinux/nut-upsd:latest' },
    problems: [
      'error images.nut: bad-image: "docker.io/instantlinux/nut-upsd:latest" is not valid here; use registry/name:tag or registry/name@sha256:..., and never :latest',
    ],
  },
  {
    says: 'the port of a registry is no tag',
    changes: { 'images.nut': 'registry.home.arpa:5000/nut-upsd' },
    problems: [
      'error images.nut: bad-image: "registry.home.arpa:5000/nut-upsd" is not valid here; use registry/name:tag or registry/name@sha256:..., and never :latest',
    ],
  },
  {
    says: 'an image with a shortened digest is refused',
    changes: { 'images.kubeVip': 'ghcr.io/kube-vip/kube-vip@sha256:abc' },
    problems: [
      'error images.kubeVip: bad-image: "ghcr.io/kube-vip/kube-vip@sha256:abc" is not valid here; use registry/name:tag or registry/name@sha256:..., and never :latest',
    ],
  },
  {
    says: 'a k3s version without v is refused',
    changes: { 'versions.k3s': '1.36.4+k3s1' },
    problems: [
      'error versions.k3s: bad-version: "1.36.4+k3s1" is not valid here; use a k3s release such as v1.36.4+k3s1',
    ],
  },
  {
    says: 'a k3s channel instead of a version is refused',
    changes: { 'versions.k3s': 'stable' },
    problems: ['error versions.k3s: bad-version: "stable" is not valid here; use a k3s release such as v1.36.4+k3s1'],
  },
  {
    says: 'a large community on an announcement is refused',
    site: bgpSite,
    changes: { 'loadBalancer.bgp.advertisements[0].communities': ['large:64512:1:2'] },
    problems: [
      'error loadBalancer.bgp.advertisements[0].communities[0]: bad-community: "large:64512:1:2" is a large community, which needs MetalLB\'s FRR modes; write two numbers up to 65535, such as 65535:65282',
    ],
  },
];
