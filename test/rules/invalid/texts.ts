/** A text that is no cluster.yaml, and every line it must be answered with. */
export interface BrokenText {
  readonly says: string;
  readonly text: string;
  readonly problems: readonly string[];
}

const NO_GROUP =
  '<< inserts something other than groups of keys; use the alias of a group, like <<: *first, or a list of such aliases';
const MEND = 'correct the YAML here or just before';

/** A site with these options of its driver. */
const withOptions = (options: string) => `name: home
network: { subnet: 192.168.10.0/24 }
nodes:
  - { name: k3s-1, address: 192.168.10.11, role: server, ups: ups1 }
  - { name: k3s-2, address: 192.168.10.12, role: server, ups: ups1 }
  - { name: k3s-3, address: 192.168.10.13, role: server, ups: ups1 }
controlPlane: { vip: 192.168.10.5, dnsName: api.home.arpa }
ups:
  - name: ups1
    driver: usbhid-ups
    node: k3s-1
    runtimeAtLowBatterySeconds: 300
    options:
      ${options}
`;

/** What YAML itself or the outermost form refuses. */
export const brokenTexts: readonly BrokenText[] = [
  {
    says: 'an empty file is a site without keys',
    text: '',
    problems: ['c.yaml:1:1: bad-type: the site is empty; use a group of keys'],
  },
  {
    says: 'a file of comments is empty too',
    text: '# nothing\n\n# here\n',
    problems: ['c.yaml:1:1: bad-type: the site is empty; use a group of keys'],
  },
  {
    says: 'a file that is a list has the wrong type',
    text: '# sites\n- name: home\n',
    problems: ['c.yaml:2:1: bad-type: the site is a list; use a group of keys'],
  },
  {
    says: 'a file that is a text has the wrong type',
    text: 'home\n',
    problems: ['c.yaml:1:1: bad-type: the site is a text; use a group of keys'],
  },
  {
    says: 'a file that is a number has the wrong type',
    text: '\n 42\n',
    problems: ['c.yaml:2:2: bad-type: the site is a number; use a group of keys'],
  },
  {
    says: 'a second document is refused, not passed over',
    text: 'name: a\n---\nname: b\n',
    problems: [
      'c.yaml:2:1: yaml: a second document starts here; remove the --- line, or put each site in its own file',
    ],
  },
  {
    says: 'an empty second document is refused too',
    text: '---\nname: a\n---\n',
    problems: [
      'c.yaml:3:1: yaml: a second document starts here; remove the --- line, or put each site in its own file',
    ],
  },
  {
    says: 'a duplicate key is refused where it stands the second time',
    text: 'name: a\nnodes: []\nname: b\n',
    problems: ['c.yaml:3:1: yaml: this key is already in the same group; keep one of the two'],
  },
  {
    says: 'a tab as indentation is refused',
    text: 'name: a\nnetwork:\n\tsubnet: 192.168.10.0/24\n',
    problems: ['c.yaml:3:1: yaml: a tab indents this line; use spaces'],
  },
  {
    says: 'a list that does not end is refused',
    text: 'name: a\nnodes: [\n',
    problems: [
      `c.yaml:3:1: yaml: flow sequence in block collection must be sufficiently indented and end with a ]; ${MEND}`,
    ],
  },
  {
    says: 'a quote that does not end is refused',
    text: 'name: "home\n',
    problems: ['c.yaml:2:1: yaml: missing closing "quote; add what is missing'],
  },
  {
    says: 'a text that starts with a reserved character is refused',
    text: 'name: @home\n',
    problems: ['c.yaml:1:7: yaml: plain value cannot start with reserved character @; quote the text'],
  },
  {
    says: 'two faults of the syntax are both reported',
    text: 'name: a\nname: b\nups: "\\q"\n',
    problems: [
      'c.yaml:2:1: yaml: this key is already in the same group; keep one of the two',
      `c.yaml:3:7: yaml: invalid escape sequence \\q; ${MEND}`,
    ],
  },
  {
    says: 'a tag that YAML does not know is refused, not dropped',
    text: 'name: !secret home\n',
    problems: ['c.yaml:1:7: yaml: unresolved tag: !secret; remove the tag, or quote a text that starts with !'],
  },
  {
    says: 'an alias without an anchor is refused at the alias',
    text: 'name: a\nnodes: *servers\n',
    problems: [
      'c.yaml:2:8: yaml: alias *servers has no anchor &servers before it; correct the name, or quote a text that starts with *',
    ],
  },
  {
    says: 'aliases that unfold into millions are refused',
    text: 'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c]\n',
    problems: ['c.yaml:1:1: yaml: its aliases expand beyond the limit; write the values out'],
  },
  {
    says: 'a merge key that brings in no group is refused at the key',
    text: 'name: a\n<<: 5\n',
    problems: [`c.yaml:2:1: yaml: ${NO_GROUP}`],
  },
  {
    says: 'a merge key without a value is refused at the key',
    text: 'name: a\n<<:\n',
    problems: [`c.yaml:2:1: yaml: ${NO_GROUP}`],
  },
  {
    says: 'a merge key with a list that has something other than groups is refused at the key',
    text: 'name: &name a\n<<: [{ os: [] }, *name]\n',
    problems: [`c.yaml:2:1: yaml: ${NO_GROUP}`],
  },
  {
    says: 'a merge key with an alias that has no anchor is refused at the alias',
    text: 'name: a\n<<: *site\n',
    problems: [
      'c.yaml:2:5: yaml: alias *site has no anchor &site before it; correct the name, or quote a text that starts with *',
    ],
  },
  {
    says: 'a list as a key is refused',
    text: '? [a]\n: b\n',
    problems: ['c.yaml:1:3: yaml: the key is a list; write the key as plain text'],
  },
  {
    says: 'a group as a key is refused',
    text: 'name: home\nnetwork:\n  {a: b}: c\n',
    problems: ['c.yaml:3:3: yaml: the key is a group; write the key as plain text'],
  },
  {
    says: 'an alias of a list as a key is refused',
    text: 'name: &x [a]\n*x : c\n',
    problems: ['c.yaml:2:1: yaml: the key is a list; write the key as plain text'],
  },
  {
    says: 'a merge key in quotes is a key that is not there',
    text: withOptions("{ '<<': { productid: 2 } }"),
    problems: [
      'c.yaml:14:9: bad-driver-option: "<<" is not valid here; use an option of the driver, such as vendorid (driver, port and desc are fields of their own)',
    ],
  },
  {
    says: 'a hexadecimal number in the options of a driver is refused, because the driver would get a decimal one',
    text: withOptions('vendorid: 0x051d'),
    problems: ['c.yaml:14:17: misread-number: 0x051d is read as the number 1309; quote it'],
  },
  {
    says: 'zeros in front of a number in the options of a driver are refused, because the driver would not get them',
    text: withOptions('productid: 0002'),
    problems: ['c.yaml:14:18: misread-number: 0002 is read as the number 2; quote it'],
  },
  {
    says: 'a serial of zeros is refused',
    text: withOptions('serial: 000000000000'),
    problems: ['c.yaml:14:15: misread-number: 000000000000 is read as the number 0; quote it'],
  },
  {
    says: 'a serial of more digits than a number has is refused',
    text: withOptions('serial: 90012345678901234567'),
    problems: [
      'c.yaml:14:15: misread-number: 90012345678901234567 is read as the number 90012345678901230000; quote it',
    ],
  },
  {
    says: 'a serial that is a number with an exponent is refused',
    text: withOptions('serial: 5E12'),
    problems: ['c.yaml:14:15: misread-number: 5E12 is read as the number 5000000000000; quote it'],
  },
  {
    says: 'a serial that is a number beyond all bounds is refused, once',
    text: withOptions('serial: 4E1534'),
    problems: ['c.yaml:14:15: misread-number: 4E1534 is read as the number Infinity; quote it'],
  },
  {
    says: 'a misread number is judged as the text that it is in quotes',
    text: withOptions('{ vendorid: 0764, offdelay: 119, password: 0123, ondelay: 0 }'),
    problems: [
      'c.yaml:14:19: misread-number: 0764 is read as the number 764; quote it',
      'c.yaml:14:35: offdelay-step: "ups1" rounds offdelay 119 down to 60, a whole multiple of 60 s; set ups[0].options.offdelay to 120',
      'c.yaml:14:50: misread-number: 0123 is read as the number 123; quote it',
      'c.yaml:14:50: password-in-site: option password of "ups1" is a secret, and this file and dist/ are committed to Git; write password: { secret: true }, and run npm run secret:nut -- --driver-file ups1.password=FILE',
    ],
  },
];
