import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { main } from '../../lib/cli/program';
import { secretCommand } from '../../lib/cli/secret';
import { KEEP_ANNOTATIONS } from '../../lib/kube';
import { inProcess } from '../support/in-process';
import { programPath } from '../support/program';
import { homeInput } from '../support/sites';

const program = programPath();
const input = { ...homeInput, nut: { secret: 'my-users' } };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-formats-'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const nas = { name: 'nas', server: { address: '192.168.10.30', cutDelaySeconds: 180 } };
  const [ups] = homeInput.ups ?? [];
  write('cluster.yaml', stringify(input));
  write('foreign.yaml', stringify({ ...input, ups: [{ ...ups, options: { community: { secret: true } } }, nas] }));
  write('weak', 'short\n');
  mkdirSync(join(folder, 'a-folder'));
});

const { CLUSTER: _, ...env } = process.env;
const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  inProcess(main(secretCommand), args, { cwd: folder, env: { ...env, ...more } });
const dataOf = (stdout: string): Record<string, string> => parse(stdout).stringData;

describe('a Secret for Git', () => {
  /** A program in place of sops or kubeseal, which prints its arguments as a comment and then what it reads. */
  const instead = (name: string, script = 'echo "# $*"; cat') => {
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return { PATH: `${join(folder, 'bin')}:${env['PATH']}` };
  };
  const OBJECT = '--input-type yaml --output-type yaml --encrypted-regex ^(data|stringData)$';

  test.each([
    [['nut', '--age', 'age1x'], `# encrypt --age age1x ${OBJECT} --filename-override my-users.sops.yaml`],
    [['nut', '--sops'], `# encrypt ${OBJECT} --filename-override my-users.sops.yaml`],
    [
      ['token', '--age', 'age1x'],
      '# encrypt --age age1x --input-type binary --output-type binary --filename-override token.sops',
    ],
  ])('%j goes through sops by standard input', (args, first) => {
    const { status, stdout, stderr } = run(args, instead('sops'));
    expect([status, stderr, stdout.split('\n')[0]]).toEqual([0, '', first]);
    expect(stdout).toMatch(/[0-9a-f]{40}/);
  });

  test('--sealed goes through kubeseal, and the SealedSecret is kept from deletion', () => {
    const { status, stdout } = run(
      ['nut', '--sealed'],
      instead(
        'kubeseal',
        `cat >/dev/null; echo "kind: SealedSecret
metadata: { name: $2, annotations: { a: b } }"`,
      ),
    );
    expect(status).toBe(0);
    expect(parse(stdout)).toEqual({
      kind: 'SealedSecret',
      metadata: { name: 'yaml', annotations: { a: 'b', ...KEEP_ANNOTATIONS } },
    });
  });

  test('--external-secret names each key of the site in the store, and has no password', () => {
    const { status, stdout } = run(['nut', '--cluster', 'foreign.yaml', '--external-secret', 'vault']);
    expect(status).toBe(0);
    const { kind, spec } = parse(stdout);
    expect([kind, spec.secretStoreRef.name, spec.target.name]).toEqual(['ExternalSecret', 'vault', 'my-users']);
    expect(spec.data.map(({ remoteRef }: never) => remoteRef)).toEqual(
      ['primary', 'secondary', 'server-nas', 'driver-ups1-community'].map((property) => ({
        key: 'home-my-users',
        property,
      })),
    );
  });

  test.each([
    ['is not installed', {}, 'sops is not in PATH; install it (https://getsops.io/docs/)\n'],
    ['fails', 'echo no key >&2; exit 3', 'sops failed with 3; correct what it says: no key\n'],
  ] as const)('nothing is printed when sops %s', (_, script, message) => {
    const more = typeof script === 'string' ? instead('sops', script) : { PATH: join(folder, 'a-folder') };
    expect(run(['nut', '--age', 'age1x'], more)).toEqual({ status: 1, stdout: '', stderr: message });
  });

  test.each([
    [['--age', 'age1x', '--sops']],
    [['--sealed', '--age', 'age1x']],
    [['--external-secret', 'vault', '--primary-file', 'password']],
  ])('%j is wrong usage', (args) => expect(run(['nut', ...args]).status).toBe(2));
});

describe('secret rotate', () => {
  const rotate = (input: string) =>
    spawnSync(process.execPath, [program, 'secret', 'rotate'], { cwd: folder, encoding: 'utf8', env, input });

  test('replaces the passwords of our own upsd, and no other', () => {
    const old = { primary: 'old-password-1', secondary: 'old-password-2', 'server-nas': 'secret' };
    const data = Object.entries(old).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
    const metadata = { name: 'my-users', namespace: 'nut', uid: 'x' };
    const { status, stdout } = rotate(stringify({ kind: 'Secret', metadata, data: Object.fromEntries(data) }));
    expect([status, stdout.includes('old-password')]).toEqual([0, false]);
    const { 'server-nas': nas, primary, secondary } = dataOf(stdout);
    expect(nas).toBe('secret');
    expect(new Set([primary, secondary, ...Object.values(old)]).size).toBe(5);
    expect(dataOf(rotate(stdout).stdout)['server-nas']).toBe('secret');
  });

  test.each(['', 'kind: ConfigMap', 'kind: Secret\nmetadata: { name: nut-tls }\ndata: { tls.crt: YQ== }'])(
    'refuses %j',
    (input) => {
      const { status, stdout, stderr } = rotate(input);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toContain('standard input is not the Secret with the passwords of NUT; pipe it');
    },
  );
});

describe('secret s3', () => {
  const s3 = (site: string, secret = 'secret') => {
    writeFileSync(join(folder, 's3.yaml'), stringify({ ...input, k3s: { etcdS3: { bucket: 'b' } } }));
    writeFileSync(join(folder, 'access'), 'the-access-key\n');
    writeFileSync(join(folder, 'secret'), 'the-secret-key\n');
    writeFileSync(join(folder, 'empty'), '\n');
    return run(['s3', '--cluster', site, '--access-key-file', 'access', '--secret-key-file', secret]);
  };

  test('prints the Secret of the site with the keys of files', () => {
    const { status, stdout } = s3('s3.yaml');
    expect([status, dataOf(stdout)]).toEqual([
      0,
      {
        'etcd-s3-endpoint': 's3.amazonaws.com',
        'etcd-s3-bucket': 'b',
        'etcd-s3-region': 'us-east-1',
        'etcd-s3-folder': 'home',
        'etcd-s3-access-key': 'the-access-key',
        'etcd-s3-secret-key': 'the-secret-key',
      },
    ]);
    expect(parse(stdout)).toMatchObject({
      metadata: { name: 'k3s-etcd-snapshot-s3-config', namespace: 'kube-system', annotations: KEEP_ANNOTATIONS },
      type: 'etcd.k3s.cattle.io/s3-config-secret',
    });
  });

  test.each([
    ['cluster.yaml', 'secret', 'cluster.yaml has no k3s.etcdS3; set its bucket'],
    ['s3.yaml', 'empty', 'a key of S3 is empty or has a blank; give files with one word'],
  ])('of %s with the key in the file %s is refused', (site, secret, message) => {
    expect(s3(site, secret)).toEqual({ status: 1, stdout: '', stderr: `${message}\n` });
  });
});

describe('secret tls', () => {
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  const certificate = (name: string, address: string) => {
    const words = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=upsd'];
    openssl(
      'req',
      ...words,
      '-addext',
      `subjectAltName=IP:${address}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
  };
  beforeAll(() => {
    certificate('right', '192.168.10.11');
    certificate('other', '192.168.10.12');
    const site = { ...input, power: { tlsSecret: 'nut-tls' }, images: { nut: 'registry.home.arpa/nut:1' } };
    writeFileSync(join(folder, 'tls.yaml'), stringify(site));
  });
  const tls = (cert: string, key: string, ca = 'right.crt', site = 'tls.yaml') =>
    run(['tls', '--cluster', site, '--cert-file', cert, '--key-file', key, '--ca-file', ca]);

  test('has the three files under the keys that the pods read', () => {
    const { status, stdout } = tls('right.crt', 'right.key');
    const text = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(status).toBe(0);
    expect(dataOf(stdout)).toEqual({
      'tls.crt': text('right.crt'),
      'tls.key': text('right.key'),
      'ca.crt': text('right.crt'),
    });
  });

  test.each([
    ['right.crt', 'other.key', 'right.crt', 'tls.yaml', 'the key is of another certificate; give its own'],
    [
      'other.crt',
      'other.key',
      'right.crt',
      'tls.yaml',
      'the certificate does not name 192.168.10.11; add each as a subjectAltName IP',
    ],
    ['weak', 'right.key', 'right.crt', 'tls.yaml', 'the certificate is not PEM; give a file with -----BEGIN'],
    [
      'right.crt',
      'right.key',
      'right.crt',
      'cluster.yaml',
      'cluster.yaml has no power.tlsSecret; set it to the name of the Secret',
    ],
  ])('refuses %s with %s, authority %s, site %s', (cert, key, ca, site, message) => {
    expect(tls(cert, key, ca, site)).toEqual({ status: 1, stdout: '', stderr: `${message}\n` });
  });
});
