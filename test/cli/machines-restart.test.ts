import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { machinesFolder, TOKEN } from './machines-folder';

const { at, calls, verbs, host, run } = machinesFolder();

/** What kubectl does with the mark of a drained node; a drain fails with the lines of a file. */
const DRAIN = `
case "$*" in *' node '*) name=\${*##* node } ;; *' drain '*) name=\${*##* drain } ;; *) name=\${*##* uncordon } ;; esac
name=\${name%% *}
case "$*" in
  *' get node '*) [ ! -e "drained.$name" ] || echo true ;;
  *'drained=true'*) : >"drained.$name"; echo "annotate $name" >>drains ;;
  *' annotate '*) rm "drained.$name"; echo "annotate $name" >>drains ;;
  *' uncordon '*) echo "uncordon $name" >>drains ;;
  *) echo "drain $name \${*##* }" >>drains; [ ! -e refused ] || { cat refused >&2; exit 1; } ;;
esac
`;

describe('machines that restart k3s', () => {
  const nodes = (ready: number) =>
    [1, 2, 3].map((i) => ({
      metadata: { name: `k3s-${i}` },
      status: { conditions: [{ type: 'Ready', status: i <= ready ? 'True' : 'Unknown' }] },
    }));
  const pods = [{ metadata: { name: 'nut-primary-a' }, spec: { nodeName: 'k3s-1' }, status: {} }];
  const member = (number: number, host = number) => ({
    ID: `${host}`,
    name: `k3s-${number - 10}-0123abcd`,
    peerURLs: [`https://192.168.10.${host}:2380`],
  });
  /** What kubectl says of nodes and UPS, and what each host has. */
  function world({
    ready = 3,
    events = true,
    ups = 'OL CHRG',
    versions = ['v1.36.3+k3s1', 'v1.36.3+k3s1', 'v1.36.3+k3s1'],
    members = [11, 12, 13].map((number) => member(number)),
  }) {
    writeFileSync(at('members'), JSON.stringify({ members }));
    writeFileSync(at('nodes'), JSON.stringify({ items: nodes(ready) }));
    if (!events) writeFileSync(at('no-events'), '');
    writeFileSync(at('pods'), JSON.stringify({ items: pods }));
    writeFileSync(at('ups'), ups && `ups.status: ${ups}`);
    for (const [i, version] of versions.entries()) {
      host(
        11 + i,
        `case "$*" in *' etcd') cat ${at('members')} ;; *version) cat ${at(`version${i}`)} ;; *upgrade) echo v1.36.4+k3s1 >${at(`version${i}`)} ;; esac`,
      );
      writeFileSync(at(`version${i}`), version);
    }
  }
  beforeEach(() => {
    const answers =
      '*"get events "*) [ ! -e no-events ] || exit 1; echo \'{"items":[]}\' ;; *"get nodes "*) cat nodes ;; *"get node "*) . ./drain ;; *" drain "* | *" uncordon "* | *" annotate "*) . ./drain ;; *"get pods "*) cat pods ;; *upsc*) cat ups ;; *"config view"*) cat config ;; *"get "*) echo \'{"items":[]}\' ;; *version*) echo \'{"serverVersion":{"gitVersion":"v1.36.3+k3s1"}}\' ;; esac';
    writeFileSync(at('bin/kubectl'), `#!/bin/sh\ncd ${at('.')}\ncase "$*" in ${answers}\n`, { mode: 0o755 });
    writeFileSync(at('drain'), DRAIN);
    const cluster = { name: 'home', cluster: { server: 'https://192.168.10.5:6443' } };
    const context = { name: 'home', context: { cluster: 'home', user: 'admin' } };
    writeFileSync(
      at('config'),
      JSON.stringify({ clusters: [cluster], contexts: [context], users: [], 'current-context': 'home' }),
    );
  });

  describe('upgrade', () => {
    const upgrade = (...args: string[]) =>
      run('machines', 'upgrade', '--ssh', 'debian@', '--kubectl', at('bin/kubectl'), '--timeout', '5', ...args);
    const changing = () => verbs().filter((verb) => !/version|etcd/.test(verb));

    test('takes one node after the other, with a snapshot before the first, and nothing the second time', () => {
      world({});
      expect(upgrade()).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('ok: every node has k3s v1.36.4+k3s1'),
      });
      expect(changing()).toEqual([
        'snapshot:before-upgrade 11',
        ...[11, 12, 13].flatMap((number) => [`upgrade ${number}`, `await ${number}`]),
      ]);
      rmSync(at('calls'));
      expect([upgrade().status, changing()]).toEqual([0, []]);
    });

    test('removes a member of an earlier host of a server after the snapshot', () => {
      world({ members: [11, 12, 13].map((number) => member(number)).concat(member(12, 99)) });
      expect(upgrade().stdout).toContain('etcd member k3s-2-0123abcd at 192.168.10.99: of an earlier host of its node');
      expect(changing().slice(0, 2)).toEqual(['snapshot:before-upgrade 11', 'evict:99 11']);
    });

    test('changes nothing if etcd has a member that is no server of the site', () => {
      world({ members: [11, 12, 19].map((number) => member(number)) });
      const { status, stderr } = upgrade();
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining('k3s-9-0123abcd at 192.168.10.19; remove them by machines remove NODE'),
      ]);
      expect(changing()).toEqual([]);
    });

    test('continues at the node where it was cut', () => {
      world({ versions: ['v1.36.4+k3s1', 'v1.36.4+k3s1 stale', 'v1.36.3+k3s1'] });
      upgrade();
      expect(changing()).toEqual(['snapshot:before-upgrade 11', 'upgrade 12', 'await 12', 'upgrade 13', 'await 13']);
    });

    test('stops at the first node that does not come back', () => {
      world({});
      host(12, `case "$*" in *version) echo v1.36.3+k3s1 ;; *await) exit 1 ;; esac`);
      expect(upgrade().status).toBe(1);
      expect(changing().at(-1)).toBe('await 12');
    });

    test.each([
      ['a UPS on battery', { ups: 'OB DISCHRG' }, 'UPS ups1: OB DISCHRG'],
      ['a UPS without status', { ups: '' }, 'UPS ups1: '],
      ['a UPS that cannot be asked', { events: false }, 'UPS ups1: not known (NUT: '],
      ['a server that is not Ready', { ready: 2 }, 'quorum: 2 of 3 servers are Ready'],
      ['a skipped minor version', { versions: ['v1.34.1+k3s1'] }, 'set versions.k3s to a v1.35 first'],
      ['a downgrade', { versions: ['v1.36.5+k3s1'] }, 'newer than versions.k3s v1.36.4+k3s1'],
      ['a host without k3s', { versions: [''] }, 'run machines install first'],
    ])('changes nothing with %s', (_, changes, says) => {
      world(changes);
      const { status, stderr } = upgrade();
      expect([status, stderr, changing()]).toEqual([1, expect.stringContaining(says), []]);
    });

    test('--drain evicts the pods of each node before its restart, and lets it accept pods again', () => {
      world({ versions: ['v1.36.4+k3s1', 'v1.36.3+k3s1', 'v1.36.3+k3s1'] });
      // left by a run that was cut
      writeFileSync(at('drained.k3s-1'), '');
      expect(upgrade('--drain').status).toBe(0);
      const drain = (name: string) => [
        `annotate ${name}`,
        `drain ${name} --timeout=300s`,
        `uncordon ${name}`,
        `annotate ${name}`,
      ];
      expect(readFileSync(at('drains'), 'utf8').trimEnd().split('\n')).toEqual([
        'uncordon k3s-1',
        'annotate k3s-1',
        ...drain('k3s-2'),
        ...drain('k3s-3'),
      ]);
    });

    test('--drain stops at a PodDisruptionBudget after its limit, and the node accepts pods again', () => {
      world({});
      const line =
        'error when evicting pods/"web-1" -n "shop" (will retry after 5s): Cannot evict pod as it would violate the pod\'s disruption budget.';
      writeFileSync(at('refused'), `${line}\n${line}\nerror: global timeout reached: 2s\n`);
      const { status, stdout, stderr } = upgrade('--drain', '2');
      expect([status, stderr.trim()]).toEqual([
        1,
        'k3s-1: a PodDisruptionBudget kept shop/web-1 for 2 s; add a replica, correct the budget or delete the pod, and run this again',
      ]);
      expect([stdout, changing()]).toEqual([
        expect.stringContaining('k3s-1: accepts pods again'),
        ['snapshot:before-upgrade 11'],
      ]);
    });
  });

  describe('token rotate', () => {
    const rotate = () =>
      run('machines', 'token', 'rotate', '--ssh', 'debian@', '--kubectl', at('bin/kubectl'), '--timeout', '5');
    const sum = (file: string) =>
      createHash('sha256')
        .update(readFileSync(at(file)))
        .digest('hex');
    const changing = () => verbs().filter((verb) => !verb.startsWith('sum'));
    const each = (verb: string) => [11, 12, 13].map((number) => `${verb} ${number}`);
    const all = [
      'rotate 11',
      ...each('token'),
      ...each('await'),
      ...[11, 12, 13].flatMap((number) => [`restart ${number}`, `await ${number}`]),
      'snapshot:after-token 11',
    ];

    beforeEach(() => {
      world({});
      writeFileSync(at('home.token'), `${TOKEN}\n`);
      for (const number of [11, 12, 13]) host(number, `case "$*" in *sum) echo ${sum('home.token')} ;; esac`);
    });

    test('puts the new token on every node before the first restart, and keeps the old one', () => {
      const { status, stdout } = rotate();
      expect([status, changing()]).toEqual([0, all]);
      const backup = /keep (\S+) with them/.exec(stdout)?.[1] ?? '';
      expect(readFileSync(backup, 'utf8')).toBe(`${TOKEN}\n`);
      expect(readFileSync(at('home.token'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
      expect(existsSync(at('home.token.new'))).toBe(false);
    });

    test('prints neither token, and gives none to ssh as an argument', () => {
      const { stdout, stderr } = rotate();
      const token = readFileSync(at('home.token'), 'utf8').trim();
      for (const secret of [TOKEN, token]) expect(stdout + stderr + calls().join()).not.toContain(secret);
    });

    test('continues with the same new token where it was cut', () => {
      writeFileSync(at('home.token.new'), `${'0123456789abcdef'.repeat(4)}\n`);
      // one has restarted, and waits for the new token
      writeFileSync(at('nodes'), JSON.stringify({ items: nodes(2) }));
      host(11, `case "$*" in *sum) echo ${sum('home.token.new')} ;; esac`);
      host(13, `case "$*" in *sum) echo ${sum('home.token')} ;; *await) exit 1 ;; esac`);
      expect([rotate().status, changing().at(-1)]).toEqual([1, 'await 13']);
      expect(readFileSync(at('home.token'), 'utf8')).toBe(`${TOKEN}\n`);
      host(13, `case "$*" in *sum) echo ${sum('home.token.new')} ;; esac`);
      writeFileSync(at('nodes'), JSON.stringify({ items: nodes(3) }));
      rmSync(at('calls'));
      expect([rotate().status, changing()]).toEqual([0, all]);
      expect(readFileSync(at('home.token'), 'utf8')).toBe(`${'0123456789abcdef'.repeat(4)}\n`);
    });

    test.each<[string, () => void, string]>([
      ['a node that is unreachable', () => host(13, 'exit 255'), 'k3s-3 (192.168.10.13): ssh cannot connect'],
      ['a node with a third token', () => host(12, 'echo other'), 'k3s-2: the token differs from that of --token-file'],
      ['a UPS on battery', () => writeFileSync(at('ups'), 'ups.status: OB'), 'UPS ups1: OB'],
    ])('changes nothing with %s', (_, before, says) => {
      before();
      const { status, stderr } = rotate();
      expect([status, stderr, changing()]).toEqual([1, expect.stringContaining(says), []]);
      expect(existsSync(at('home.token.new'))).toBe(false);
    });
  });
});
