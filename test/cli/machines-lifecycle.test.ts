import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { programPath } from '../support/program';
import { homeInput } from '../support/sites';

const program = programPath();
let folder: string;
const at = (name: string): string => join(folder, name);
/** What ssh and kubectl did, in order: `VERB HOST`, or the words of a change in the cluster. */
const changes = (): string[] =>
  (existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trimEnd().split('\n') : [])
    .map((call) =>
      call
        .replace(/^.*@192\.168\.10\.(\d+) .* (\S+)$/, '$2 $1')
        .replace(/^.*? (drain|delete) (\S+) ?((?!-)\S*).*$/, '$1 $2 $3')
        .trim(),
    )
    .filter((call) => /^(detach|leave|evict|uninstall|install|start|drain|delete)/.test(call));

const node = (number: number, ready = true) => ({
  kind: 'Node',
  metadata: { name: `k3s-${number}`, labels: { 'node-role.kubernetes.io/control-plane': 'true' } },
  status: {
    addresses: [{ type: 'InternalIP', address: `192.168.10.1${number}` }],
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }],
  },
});
const member = (number: number) => ({
  ID: `${number}00`,
  name: `k3s-${number}-0123abcd`,
  peerURLs: [`https://192.168.10.1${number}:2380`],
});

interface World {
  /** Whether cluster.yaml has k3s-3. @default false */
  readonly declared?: boolean;
  readonly nodes?: readonly object[];
  readonly members?: readonly object[];
  /** What the host that leaves has, or a script in place of it. */
  readonly state?: string;
}

const members = [1, 2, 3].map(member);
function world(changed: World) {
  const { declared = false, nodes = [node(1), node(2), node(3)], state = 'data' } = changed;
  // two servers are refused
  const without = homeInput.nodes.slice(0, 2).map((one, i) => ({ ...one, role: i === 0 ? 'server' : 'agent' }));
  writeFileSync(at('cluster.yaml'), stringify({ ...homeInput, nodes: declared ? homeInput.nodes : without }));
  writeFileSync(at('nodes'), JSON.stringify({ kind: 'List', apiVersion: 'v1', items: nodes }));
  writeFileSync(at('members'), JSON.stringify({ members: changed.members ?? members }));
  writeFileSync(at('state'), state.includes(' ') ? state : `echo ${state}`);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifecycle-'));
  mkdirSync(at('bin'));
  writeFileSync(at('token'), '0123456789abcdef-of-the-test\n');
  const programs = {
    ssh: `echo "ssh $*" >>${at('calls')}; cat >/dev/null; case "$*" in *etcd) cat ${at('members')} ;; *evict:*) echo {} >${at('members')} ;; *state) . ${at('state')} ;; esac`,
    kubectl: `echo "kubectl $*" >>${at('calls')}; case "$*" in *"get nodes"*) cat ${at('nodes')} ;; *"config view"*) cat ${at('config')} ;; *" delete "*) echo deleted ;; esac`,
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const cluster = { name: 'home', cluster: { server: 'https://192.168.10.5:6443' } };
  const context = { name: 'home', context: { cluster: 'home', user: 'admin' } };
  const config = { clusters: [cluster], contexts: [context], users: [], 'current-context': 'home' };
  writeFileSync(at('config'), JSON.stringify(config));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(verb: 'remove' | 'replace', name: string, ...args: string[]) {
  const options = ['--ssh', 'debian@', '--timeout', '10', ...(verb === 'replace' ? ['--token-file', 'token'] : [])];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, 'machines', verb, name, ...options, ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      input: '',
      env: { PATH: `${at('bin')}:/usr/bin:/bin`, HOME: folder },
    },
  );
  return { status, text: stdout + stderr };
}

const FORGET = ['delete node k3s-3', 'delete secret k3s-3.node-password.k3s'];
const OFF = 'echo "No route to host" >&2; exit 255';

describe('machines remove', () => {
  test('evicts pods and the member, uninstalls the host, deletes its Node, and installs the files of the others', () => {
    world({});
    expect(run('remove', 'k3s-3', '--yes')).toMatchObject({ status: 0 });
    expect(changes()).toEqual([
      'drain k3s-3',
      'detach 13',
      'evict:300 11',
      'uninstall 13',
      ...FORGET,
      'install 11',
      'install 12',
      'start 11',
      'start 12',
    ]);
  });

  test.each<[what: string, World, string[]]>([
    ['a host that is off', { nodes: [node(1), node(2), node(3, false)], state: OFF }, ['evict:300 11', ...FORGET]],
    ['a member without a Node', { nodes: [node(1), node(2)] }, ['evict:300 11', ...FORGET]],
    ['nothing of it that is left', { nodes: [node(1), node(2)], members: members.slice(0, 2) }, FORGET],
  ])('removes %s', (_, changed, done) => {
    world(changed);
    expect(run('remove', 'k3s-3', '--yes')).toMatchObject({ status: 0 });
    expect(changes().filter((call) => !/^(install|start)/.test(call))).toEqual(done);
  });

  test.each<[what: string, World, says: string, args?: string[]]>([
    ['a node of the site file', { declared: true }, 'k3s-3 is in the site file; delete it there'],
    ['what would lose quorum', { nodes: [node(1), node(2, false), node(3)] }, 'quorum would be lost'],
    ['a host that is Ready and does not answer', { state: OFF }, 'k3s-3 is Ready; if it is powered off, wait'],
    [
      'a host that refuses the login',
      { state: 'echo "Permission denied" >&2; exit 255' },
      'ssh cannot connect (Permission denied)',
    ],
    ['without a person who agrees', {}, 'give --yes', []],
    ['while no other server is Ready', { nodes: [node(3)] }, 'no other server is Ready'],
  ])('refuses %s', (_, changed, says, args = ['--yes']) => {
    world(changed);
    expect(run('remove', 'k3s-3', ...args)).toEqual({ status: 1, text: expect.stringContaining(says) });
    expect(changes()).toEqual([]);
  });

  test('--dry-run prints the quorum and changes nothing', () => {
    world({});
    expect(run('remove', 'k3s-3', '--dry-run')).toMatchObject({
      status: 0,
      text: expect.stringContaining('without k3s-3: 2 servers, 2 must be up, 0 may be down'),
    });
    expect(changes()).toEqual([]);
  });
});

describe('machines replace', () => {
  const nodes = [node(1), node(2), node(3, false)];

  test.each<[what: string, World, status: number, done: string[]]>([
    ['a new host', { nodes, state: 'none' }, 0, ['leave 13', 'evict:300 11', ...FORGET, 'install 13', 'start 13']],
    [
      'old data that etcd does not accept',
      { nodes },
      0,
      ['leave 13', 'evict:300 11', ...FORGET, 'install 13', 'start 13'],
    ],
    ['a new host that a run has started', { nodes, state: 'new' }, 0, ['install 13', 'start 13']],
    ['a host that is off, at first', { nodes, state: OFF }, 1, ['evict:300 11', ...FORGET]],
    ['nothing that is Ready', {}, 0, []],
  ])('replaces %s', (_, changed, status, done) => {
    world({ declared: true, ...changed });
    expect(run('replace', 'k3s-3', '--yes')).toMatchObject({ status });
    expect(changes()).toEqual(done);
  });

  test.each<[what: string, World, name: string, says: string]>([
    ['a name that the site does not have', {}, 'k3s-9', 'k3s-9: no node of the site has this name'],
    [
      'an unknown SSH key',
      { nodes, state: 'echo "Host key verification failed." >&2; exit 255' },
      'k3s-3',
      'if this host is new, run ssh-keygen -R 192.168.10.13',
    ],
    ['what would lose quorum', { nodes: [node(1), node(2, false), node(3, false)] }, 'k3s-3', 'quorum would be lost'],
  ])('refuses %s', (_, changed, name, says) => {
    world({ declared: true, ...changed });
    expect(run('replace', name, '--yes')).toEqual({ status: 1, text: expect.stringContaining(says) });
    expect(changes()).toEqual([]);
  });
});
