import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProjectFile } from '../../lib/files/project';
import { installed, SHELLS } from '../support/shells';

describe.each(SHELLS)('trust.sh under $shell', ({ command: [program, ...options] }) => {
  let root = '';
  const path = (name: string) => join(root, name);
  const authorities = () => (existsSync(path('etc/nut/ca')) ? readdirSync(path('etc/nut/ca')) : []);

  /** Runs it with only these programs in PATH, and a folder as its root file system. */
  const trust = (...programs: readonly string[]) => {
    mkdirSync(path('bin'));
    for (const name of ['cat', 'mkdir', ...programs]) symlinkSync(installed(name), path(`bin/${name}`));
    const script = readProjectFile('lib/nut/scripts/trust.sh').replaceAll(/(?<=[\s"])\/(?=(?:tls|etc)\/)/g, `${root}/`);
    const { status, stderr } = spawnSync(program, [...options, '-c', script], {
      env: { PATH: path('bin') },
      encoding: 'utf8',
    });
    return { status, stderr };
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'trust-'));
    for (const folder of ['tls', 'etc/nut']) mkdirSync(path(folder), { recursive: true });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path('key')];
    const made = spawnSync('openssl', ['req', '-x509', ...key, '-subj', '/CN=nut', '-out', path('tls/ca.crt')]);
    if (made.status !== 0) throw new Error(`openssl makes no certificate: ${made.stderr}`);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  test('installs the CA certificate where OpenSSL finds it', () => {
    expect(trust('openssl')).toEqual({ status: 0, stderr: '' });
    const verify = ['verify', '-no-CAfile', '-no-CAstore', '-CApath', path('etc/nut/ca'), path('tls/ca.crt')];
    expect(spawnSync('openssl', verify, { encoding: 'utf8' }).stdout).toBe(`${path('tls/ca.crt')}: OK\n`);
    expect(readFileSync(path(`etc/nut/ca/${authorities()[0]}`))).toEqual(readFileSync(path('tls/ca.crt')));
  });

  test('fails in an image without openssl, says what is missing, and installs no CA certificate', () => {
    const { status, stderr } = trust();
    expect([status, authorities()]).toEqual([1, []]);
    expect(stderr).toMatch(/check .* that the image has openssl \(images\/nut\)$/m);
  });

  test('fails when ca.crt is no certificate', () => {
    writeFileSync(path('tls/ca.crt'), 'soon\n');
    const { status, stderr } = trust('openssl');
    expect([status, authorities()]).toEqual([1, []]);
    expect(stderr).toContain('check that it is a PEM certificate');
  });
});

test('images/nut installs openssl, and its build fails without it', () => {
  const containerfile = readFileSync('images/nut/Containerfile', 'utf8');
  expect(containerfile).toMatch(/^RUN apk add .*\bopenssl\b/m);
  expect(containerfile).toMatch(/^RUN for program in .*\bopenssl\b.*; do command -v "\$program" \|\| exit 1/m);
});
