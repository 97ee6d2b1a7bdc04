import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { programPath } from '../support/program';
import { homeInput } from '../support/sites';

const program = programPath();
const TOKEN = '0123456789abcdef-of-the-test';
let folder: string;
const at = (name: string): string => join(folder, name);
const calls = (): string[] => (existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trimEnd().split('\n') : []);
/** The verbs of the calls, by host. */
const verbs = (): string[] =>
  calls().map((call) => call.replace(/^.*@192\.168\.10\.(\d+) .* (\S+)$/, (_, host, verb) => `${verb} ${host}`));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'machines-'));
  mkdirSync(at('bin'));
  mkdirSync(at('offline'));
  writeFileSync(at('cluster.yaml'), stringify(homeInput));
  writeFileSync(at('token'), `${TOKEN}\n`);
  // notes each call; does what the file of its host says, at the verb of its first line
  writeFileSync(
    at('bin/ssh'),
    `#!/bin/sh\necho "$*" >>${at('calls')}\ncat >/dev/null\nfor word; do case $word in *@*) host=\${word#*@} ;; esac; done\n[ ! -e ${folder}/$host ] || . ${folder}/$host\n`,
    { mode: 0o755 },
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

const host = (number: number, script: string): void => writeFileSync(at(`192.168.10.${number}`), script);

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: 'utf8',
    input: '',
    env: { PATH: `${at('bin')}:/usr/bin:/bin`, HOME: folder },
  });
  return { status, stdout, stderr };
}
const install = (...args: string[]) => run('machines', 'install', '--ssh', 'debian@', '--sudo', ...args);

describe('machines install', () => {
  beforeEach(() => {
    expect(run('synth').status).toBe(0);
  });

  test('examines all hosts, installs each, starts them, and waits for each', () => {
    install();
    const each = (verb: string) => [11, 12, 13].map((number) => `${verb} ${number}`);
    expect(verbs().slice(0, 12)).toEqual([...each('check'), ...each('install'), ...each('start'), ...each('await')]);
    expect(calls()[0]).toBe(
      '-T -o ConnectTimeout=5 -o ServerAliveInterval=15 -o BatchMode=yes -- debian@192.168.10.11 sudo -n sh -s -- check',
    );
    // then it fetches the credentials
    expect(calls()[12]).toContain('cat /etc/rancher/k3s/k3s.yaml');
  });

  test('creates the token for its owner only, when all hosts meet their requirements', () => {
    host(13, 'exit 1');
    install();
    expect(existsSync(at('home.token'))).toBe(false);
    rmSync(at('192.168.10.13'));
    install();
    expect([statSync(at('home.token')).mode & 0o777, readFileSync(at('home.token'), 'utf8')]).toEqual([
      0o600,
      expect.stringMatching(/^[0-9a-f]{64}\n$/),
    ]);
  });

  test('changes nothing if one host is unreachable, and names the others', () => {
    host(12, 'echo "No route to host" >&2; exit 255');
    const { status, stdout, stderr } = install('--token-file', 'token');
    expect([status, verbs()]).toEqual([1, ['check 11', 'check 12', 'check 13']]);
    expect(stdout).toContain('k3s-2 (192.168.10.12): ssh cannot connect (No route to host)');
    expect(stderr).toContain('k3s-2 cannot be installed; correct that, or install only k3s-1 k3s-3 by naming them');
  });

  test('stops at the first host that fails, and says how to continue', () => {
    host(12, 'case "$*" in *install) echo "k3s-2: problem: the disk is full; empty it"; exit 1 ;; esac');
    const { status, stdout, stderr } = install('--token-file', 'token');
    expect([status, verbs().at(-1)]).toEqual([1, 'install 12']);
    expect(stdout).toContain('k3s-2: problem: the disk is full; empty it');
    expect(stderr).toContain('stopped at install of k3s-2; run this again to continue');
  });

  test('--dry-run examines and plans', () => {
    expect(install('--dry-run', 'k3s-2').status).toBe(0);
    expect(verbs()).toEqual(['check 12', 'plan 12']);
  });

  test.each<[what: string, before: () => void, args: string[], says: string]>([
    [
      'an unknown node',
      () => undefined,
      ['k3s-9'],
      'k3s-9: no node of the site has this name; give some of k3s-1, k3s-2, k3s-3',
    ],
    [
      'a sudo that asks for a password',
      () => host(11, 'echo "sudo: a password is required" >&2; exit 1'),
      [],
      'k3s-1 (192.168.10.11): exit status 1 (sudo: a password is required); allow the user sudo without a password, or log in as root',
    ],
    [
      'a dist/ that is not up to date',
      () => writeFileSync(at('dist/50-nut.k8s.yaml'), 'kind: Namespace\napiVersion: v1\nmetadata: { name: nut }\n'),
      [],
      'dist/50-nut.k8s.yaml is not what synth writes from cluster.yaml; run npm run synth',
    ],
  ])('refuses %s', (_, before, args, says) => {
    before();
    const { status, stdout, stderr } = install(...args);
    expect([status, stdout + stderr]).toEqual([1, expect.stringContaining(says)]);
  });

  describe('--k3s-binary', () => {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const offline = { k3s: 'binary', 'install.sh': 'installer', 'k3s-airgap-images-amd64.tar.zst': 'images' };
    beforeEach(() => {
      for (const [name, text] of Object.entries(offline)) writeFileSync(at(`offline/${name}`), text);
      const sums = Object.entries(offline).map(([name, text]) => `${sha256(text)}  ${name}\n`);
      writeFileSync(at('offline/sha256sum-amd64.txt'), sums.join(''));
      // lack every file
      for (const number of [11, 12, 13]) host(number, 'case "$*" in *"sha256sum -c >/dev/null 2>&1"*) exit 1 ;; esac');
    });

    test('copies k3s, its installer and images to a host that lacks them', () => {
      const { stdout } = install('--k3s-binary', 'offline/k3s');
      expect(stdout.match(/^k3s-1: .* copied$/gm)).toEqual([
        'k3s-1: /var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar.zst copied',
        'k3s-1: /usr/local/share/k3s-ha/offline/install.sh copied',
        'k3s-1: /usr/local/share/k3s-ha/offline/k3s copied',
      ]);
    });

    test('copies other images too, but none of k3s for another architecture', () => {
      for (const name of ['metallb.tar', 'k3s-airgap-images-arm64.tar.zst']) writeFileSync(at(`offline/${name}`), name);
      writeFileSync(at('offline/sha256sum-own.txt'), `${sha256('metallb.tar')}  metallb.tar\n`);
      const { stdout } = install('--k3s-binary', 'offline/k3s');
      expect(stdout.match(/^k3s-1: \S+images\/\S+ copied$/gm)).toEqual([
        'k3s-1: /var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar.zst copied',
        'k3s-1: /var/lib/rancher/k3s/agent/images/metallb.tar copied',
      ]);
    });

    test('refuses a file that no checksum has, before any host is asked', () => {
      writeFileSync(at('offline/k3s'), 'other');
      const { status, stderr } = install('--k3s-binary', 'offline/k3s');
      expect([status, calls()]).toEqual([1, []]);
      expect(stderr).toContain('offline/k3s: no checksum beside it has this file;');
    });
  });
});

describe('machines install --print', () => {
  test('prints the script of a host, without the token', () => {
    const { status, stdout } = run('machines', 'install', 'k3s-2', '--print');
    expect([status, calls(), stdout.split('\n')[1]]).toEqual([
      0,
      [],
      '# Installs k3s-2 of home. As root: sh FILE [VERB...]',
    ]);
  });

  test('with --token-file has the token, and says so', () => {
    const { stdout } = run('machines', 'install', 'k3s-2', '--print', '--token-file', 'token');
    expect(stdout).toContain(`\n${TOKEN}\n`);
    expect(stdout.split('\n')[1]).toContain('Secret: it holds the token of the cluster');
  });
});

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
  /** What kubectl says of nodes and UPS, and what each host has. */
  function world({
    ready = 3,
    events = true,
    ups = 'OL CHRG',
    versions = ['v1.36.3+k3s1', 'v1.36.3+k3s1', 'v1.36.3+k3s1'],
  }) {
    writeFileSync(at('nodes'), JSON.stringify({ items: nodes(ready) }));
    if (!events) writeFileSync(at('no-events'), '');
    writeFileSync(at('pods'), JSON.stringify({ items: pods }));
    writeFileSync(at('ups'), ups && `ups.status: ${ups}`);
    for (const [i, version] of versions.entries()) {
      host(
        11 + i,
        `case "$*" in *version) cat ${at(`version${i}`)} ;; *upgrade) echo v1.36.4+k3s1 >${at(`version${i}`)} ;; esac`,
      );
      writeFileSync(at(`version${i}`), version);
    }
  }
  beforeEach(() => {
    const answers =
      '*"get events "*) [ ! -e no-events ] || exit 1; echo \'{"items":[]}\' ;; *"get nodes "*) cat nodes ;; *"get node "*) . ./drain ;; *" drain "* | *" uncordon "* | *" annotate "*) . ./drain ;; *"get pods "*) cat pods ;; *upsc*) cat ups ;; *"config view"*) cat config ;; *"get "*) echo \'{"items":[]}\' ;; *version*) echo \'{"serverVersion":{"gitVersion":"v1.36.3+k3s1"}}\' ;; esac';
    writeFileSync(at('bin/kubectl'), `#!/bin/sh\ncd ${folder}\ncase "$*" in ${answers}\n`, { mode: 0o755 });
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
    const changing = () => verbs().filter((verb) => !/version|members/.test(verb));

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

describe('machines status', () => {
  test('ends with 2 if a host differs or is unreachable', () => {
    const status = () => run('machines', 'status', '--ssh', 'debian@').status;
    expect(status()).toBe(0);
    host(13, 'exit 2');
    expect(status()).toBe(2);
    host(13, 'exit 255');
    expect(status()).toBe(2);
  });
});
