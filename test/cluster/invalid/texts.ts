/** A text that is no cluster.yaml, and every line it must be answered with. */
export interface BrokenText {
  readonly says: string;
  readonly text: string;
  readonly problems: readonly string[];
}

const ALL_KEYS = 'name, network, nodes, controlPlane, loadBalancer, ups, power, nut, bootstrap, os, versions, images';
const MEND = 'mend the YAML here or just before it';

/** What YAML itself or the outermost form refuses. */
export const brokenTexts: readonly BrokenText[] = [
  {
    says: 'an empty file is a site without keys',
    text: '',
    problems: ['c.yaml:1:1: bad-type: the site is empty; give a group of keys'],
  },
  {
    says: 'a file of comments is empty too',
    text: '# nothing\n\n# here\n',
    problems: ['c.yaml:1:1: bad-type: the site is empty; give a group of keys'],
  },
  {
    says: 'a file that is a list has the wrong type',
    text: '# sites\n- name: home\n',
    problems: ['c.yaml:2:1: bad-type: the site is a list; give a group of keys'],
  },
  {
    says: 'a file that is a text has the wrong type',
    text: 'home\n',
    problems: ['c.yaml:1:1: bad-type: the site is "home"; give a group of keys'],
  },
  {
    says: 'a file that is one long text is not repeated in the answer',
    text: `${'a'.repeat(50_000)}\n`,
    problems: [`c.yaml:1:1: bad-type: the site is "${'a'.repeat(64)}"... (50000 characters); give a group of keys`],
  },
  {
    says: 'a file that is a number has the wrong type',
    text: '\n 42\n',
    problems: ['c.yaml:2:2: bad-type: the site is 42; give a group of keys'],
  },
  {
    says: 'a second document is refused, not passed over',
    text: 'name: a\n---\nname: b\n',
    problems: [
      'c.yaml:2:1: yaml: a second document starts here; a file holds one site: take the --- line out, or put each site in a file of its own',
    ],
  },
  {
    says: 'an empty second document is refused too',
    text: '---\nname: a\n---\n',
    problems: [
      'c.yaml:3:1: yaml: a second document starts here; a file holds one site: take the --- line out, or put each site in a file of its own',
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
    problems: ['c.yaml:1:7: yaml: plain value cannot start with reserved character @; put the text in quotes'],
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
    problems: [
      'c.yaml:1:7: yaml: unresolved tag: !secret; take the tag out, or put a text that starts with ! in quotes',
    ],
  },
  {
    says: 'an alias without an anchor is refused at the alias',
    text: 'name: a\nnodes: *servers\n',
    problems: [
      'c.yaml:2:8: yaml: there is no anchor &servers before *servers; correct its name, or put a text that starts with * in quotes',
    ],
  },
  {
    says: 'aliases that unfold into millions are refused',
    text: 'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c]\n',
    problems: ['c.yaml:1:1: yaml: its aliases unfold into too much; write the values out'],
  },
  {
    says: 'a merge key is an unknown key',
    text: 'x: 1\n<<: {name: home}\n',
    problems: [
      'c.yaml:1:1: missing-key: "name" is missing; add it: a text',
      'c.yaml:1:1: missing-key: "network" is missing; add it: a group of keys',
      'c.yaml:1:1: missing-key: "nodes" is missing; add it: a list',
      'c.yaml:1:1: missing-key: "controlPlane" is missing; add it: a group of keys',
      `c.yaml:1:1: unknown-key: there is no key "x" here; the keys here are ${ALL_KEYS}`,
      `c.yaml:2:1: unknown-key: there is no key "<<" here; the keys here are ${ALL_KEYS}`,
    ],
  },
];
