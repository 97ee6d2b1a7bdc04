import { bgpSite, type InvalidSite, invalid } from '../../support/site-input';

/** A row for each way to break a rule: texts that cannot be what they are meant to be. */
export const formats: readonly InvalidSite[] = [
  invalid(
    'a name is no address',
    { 'controlPlane.vip': 'api.home.arpa' },
    'error controlPlane.vip: bad-address: "api.home.arpa" is no IP address; write it like 192.168.10.43 or fd00::43',
  ),
  invalid(
    'an address with a leading zero is refused',
    { 'nodes[0].address': '192.168.010.11' },
    'error nodes[0].address: bad-address: "192.168.010.11" is no IP address; write it like 192.168.10.43 or fd00::43',
  ),
  invalid(
    'an address with three parts is refused',
    { 'nodes[0].address': '192.168.10' },
    'error nodes[0].address: bad-address: "192.168.10" is no IP address; write it like 192.168.10.43 or fd00::43',
  ),
  invalid(
    'an IPv6 address with a zone is refused',
    { 'network.gateway': 'fe80::1%eth0' },
    'error network.gateway: bad-address: "fe80::1%eth0" is no IP address; write it like 192.168.10.43 or fd00::43',
  ),
  invalid(
    'an IPv4 address in IPv6 form is refused',
    { 'controlPlane.vip': '::ffff:c0a8:a05' },
    'error controlPlane.vip: bad-address: "::ffff:c0a8:a05" is an IPv4 address in IPv6 form; write 192.168.10.5',
  ),
  invalid(
    'a bad entry of a list of addresses is refused',
    { 'controlPlane.vip': ['192.168.10.5', 'x'] },
    'error controlPlane.vip[1]: bad-address: "x" is no IP address; write it like 192.168.10.43 or fd00::43',
  ),
  invalid(
    'an address that holds a semicolon and a line break is quoted on one line',
    { 'controlPlane.vip': 'a; b\nc' },
    'error controlPlane.vip: bad-address: "a; b\\nc" is no IP address; write it like 192.168.10.43 or fd00::43',
  ),
  invalid(
    'a range that ends before it starts is refused',
    { 'network.dhcp': ['192.168.10.199-192.168.10.100'] },
    'error network.dhcp[0]: bad-range: "192.168.10.199-192.168.10.100" starts above its end; did you mean 192.168.10.100-192.168.10.199?',
  ),
  invalid(
    'a range of two families is refused',
    { 'network.dhcp': ['192.168.10.1-fd00::1'] },
    'error network.dhcp[0]: bad-range: "192.168.10.1-fd00::1" mixes IPv4 and IPv6; write one range for each',
  ),
  invalid(
    'a range with three ends is refused',
    { 'network.dhcp': ['192.168.10.1-192.168.10.2-192.168.10.3'] },
    'error network.dhcp[0]: bad-range: "192.168.10.1-192.168.10.2-192.168.10.3" is no address range; write both ends in full, like 192.168.10.240-192.168.10.250, or a CIDR',
  ),
  invalid(
    'a range whose end is only the last number is refused',
    { 'loadBalancer.pools[0].addresses': ['192.168.10.240-250'] },
    'error loadBalancer.pools[0].addresses[0]: bad-range: "192.168.10.240-250" is no address range; write both ends in full, like 192.168.10.240-192.168.10.250, or a CIDR',
  ),
  invalid(
    'a CIDR range with host bits is refused',
    { 'loadBalancer.pools[0].addresses': ['192.168.10.241/28'] },
    'error loadBalancer.pools[0].addresses[0]: bad-range: "192.168.10.241/28" has host bits set; did you mean 192.168.10.240/28?',
  ),
  invalid(
    'a subnet with host bits is refused',
    { 'network.subnet': '192.168.10.1/24' },
    'error network.subnet: bad-subnet: "192.168.10.1/24" has host bits set; did you mean 192.168.10.0/24?',
  ),
  invalid(
    'a subnet without a prefix length is refused',
    { 'network.subnet': '192.168.10.0' },
    'error network.subnet: bad-subnet: "192.168.10.0" is no network; write address and prefix length, like 192.168.10.0/24',
  ),
  invalid(
    'a prefix length of 33 is refused',
    { 'network.subnet': '192.168.10.0/33' },
    'error network.subnet: bad-subnet: "/33" is no prefix length; IPv4 takes /0 to /32',
  ),
  invalid(
    'a prefix length of 129 is refused',
    { 'network.pods': 'fd00::/129' },
    'error network.pods: bad-subnet: "/129" is no prefix length; IPv6 takes /0 to /128',
  ),
  invalid(
    'a netmask instead of a prefix length is refused',
    { 'network.subnet': '192.168.10.0/255.255.255.0' },
    'error network.subnet: bad-subnet: "/255.255.255.0" is no prefix length; IPv4 takes /0 to /32',
  ),
  invalid(
    'a driver given by its path is refused',
    { 'ups[0].driver': '/lib/nut/usbhid-ups' },
    'error ups[0].driver: bad-driver: "/lib/nut/usbhid-ups" is not valid here; use the name of a NUT driver, such as usbhid-ups',
  ),
  invalid(
    'the driver as a driver option is refused',
    { 'ups[0].options': { driver: 'dummy-ups' } },
    'error ups[0].options.driver: bad-driver-option: "driver" is not valid here; use an option of the driver, such as vendorid (driver, port and desc are fields of their own)',
  ),
  invalid(
    'a driver option with a blank is refused',
    { 'ups[0].options': { 'vendor id': '051d' } },
    'error ups[0].options.vendor id: bad-driver-option: "vendor id" is not valid here; use an option of the driver, such as vendorid (driver, port and desc are fields of their own)',
  ),
  invalid(
    'a description with an umlaut is refused',
    { 'ups[0].description': 'Büro' },
    'error ups[0].description: bad-text: "Büro" is not valid here; use printable ASCII on one line',
  ),
  invalid(
    'a description of two lines is refused',
    { 'ups[0].description': 'a\nMONITOR b' },
    'error ups[0].description: bad-text: "a\\nMONITOR b" is not valid here; use printable ASCII on one line',
  ),
  invalid(
    'a driver option of two lines is refused',
    { 'ups[0].options.vendorid': '051d\nport = x' },
    'error ups[0].options.vendorid: bad-text: "051d\\nport = x" is not valid here; use printable ASCII on one line',
  ),
  invalid(
    'an empty port is refused',
    { 'ups[0].port': '' },
    'error ups[0].port: bad-text: "" is not valid here; use auto, a device path or an address, in printable ASCII without spaces',
  ),
  invalid(
    'a MAC address without colons is refused',
    { 'nodes[0].mac': '020000000002' },
    'error nodes[0].mac: bad-mac: "020000000002" is not valid here; use six pairs of hexadecimal digits with colons, as `ip link` prints',
  ),
  invalid(
    'a long text is not repeated in the answer',
    { 'nut.killpowerPath': 'a'.repeat(50_000) },
    `error nut.killpowerPath: bad-path: "${'a'.repeat(64)}"... (50000 characters) is not valid here; use an absolute path of letters, digits and . _ @ -, without . and .. as parts`,
  ),
  invalid(
    'a relative path is refused',
    { 'nut.killpowerPath': 'run/killpower' },
    'error nut.killpowerPath: bad-path: "run/killpower" is not valid here; use an absolute path of letters, digits and . _ @ -, without . and .. as parts',
  ),
  invalid(
    'the root directory as path is refused',
    { 'nut.killpowerPath': '/' },
    'error nut.killpowerPath: bad-path: "/" is not valid here; use an absolute path of letters, digits and . _ @ -, without . and .. as parts',
  ),
  invalid(
    'a path that climbs up is refused',
    { 'nut.usbBusPath': '/dev/../etc' },
    'error nut.usbBusPath: bad-path: "/dev/../etc" is not valid here; use an absolute path of letters, digits and . _ @ -, without . and .. as parts',
  ),
  invalid(
    'a path with a blank is refused',
    { 'nut.killpowerPath': '/run/kill power' },
    'error nut.killpowerPath: bad-path: "/run/kill power" is not valid here; use an absolute path of letters, digits and . _ @ -, without . and .. as parts',
  ),
  invalid(
    'an image without tag or digest is refused',
    { 'images.nut': 'docker.io/instantlinux/nut-upsd' },
    'error images.nut: bad-image: "docker.io/instantlinux/nut-upsd" is not valid here; use registry/name:tag or registry/name@sha256:..., and never :latest',
  ),
  invalid(
    'an image tagged latest is refused',
    { 'images.nut': 'docker.io/instantlinux/nut-upsd:latest' },
    'error images.nut: bad-image: "docker.io/instantlinux/nut-upsd:latest" is not valid here; use registry/name:tag or registry/name@sha256:..., and never :latest',
  ),
  invalid(
    'the port of a registry is no tag',
    { 'images.nut': 'registry.home.arpa:5000/nut-upsd' },
    'error images.nut: bad-image: "registry.home.arpa:5000/nut-upsd" is not valid here; use registry/name:tag or registry/name@sha256:..., and never :latest',
  ),
  invalid(
    'an image with a shortened digest is refused',
    { 'images.kubeVip': 'ghcr.io/kube-vip/kube-vip@sha256:abc' },
    'error images.kubeVip: bad-image: "ghcr.io/kube-vip/kube-vip@sha256:abc" is not valid here; use registry/name:tag or registry/name@sha256:..., and never :latest',
  ),
  invalid(
    'a k3s version without v is refused',
    { 'versions.k3s': '1.36.4+k3s1' },
    'error versions.k3s: bad-version: "1.36.4+k3s1" is not valid here; use a k3s release such as v1.36.4+k3s1',
  ),
  invalid(
    'a k3s channel instead of a version is refused',
    { 'versions.k3s': 'stable' },
    'error versions.k3s: bad-version: "stable" is not valid here; use a k3s release such as v1.36.4+k3s1',
  ),
  invalid(
    'a large community on an announcement is refused',
    { 'loadBalancer.bgp.advertisements[0].communities': ['large:64512:1:2'] },
    'error loadBalancer.bgp.advertisements[0].communities[0]: bad-community: "large:64512:1:2" is a large community, which needs MetalLB\'s FRR modes; write two numbers up to 65535, such as 65535:65282',
    bgpSite,
  ),
];
