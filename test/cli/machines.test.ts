import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { machinesFolder, TOKEN } from './machines-folder';

const { at, calls, verbs, host, run } = machinesFolder();
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
