import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { kubeconfigCommand } from '../../lib/cli/kubeconfig';
import { main } from '../../lib/cli/program';
import { k3sYaml, type Pair, withAuthority } from '../support/certificates';
import { inProcess } from '../support/in-process';
import { programPath } from '../support/program';
import { homeInput } from '../support/sites';

const NOBODY = 65534;
const asRoot = process.getuid?.() === 0;

let program: string;
let authority: string;
let client: Pair;
let renewed: Pair;
let ending: Pair;
let expired: Pair;
let folder: string;

beforeAll(() => {
  // another user runs it in one test
  const built = mkdtempSync(join(tmpdir(), 'kubeconfig-command-'));
  chmodSync(built, 0o755);
  program = join(built, 'kubeconfig.js');
  copyFileSync(programPath(), program);
  withAuthority(3650, (made) => {
    authority = made.pair.certificate;
    [client, renewed, ending, expired] = [made.client(365), made.client(365), made.client(30), made.client(-1)];
  });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  chmodSync(folder, 0o755);
  writeFileSync(at('cluster.yaml'), stringify(homeInput));
  writeFileSync(at('k3s.yaml'), k3sYaml(authority, client));
});

const at = (...names: string[]): string => join(folder, ...names);
const textOf = (file: string): string => readFileSync(at(file), 'utf8');
const modeOf = (file: string): string => (statSync(at(file)).mode & 0o777).toString(8);
const backups = (of = 'config'): string[] => readdirSync(folder).filter((name) => name.startsWith(`${of}.`));

const withLines = <T extends { readonly stderr: string }>(ended: T) => ({
  ...ended,
  lines: ended.stderr.trimEnd().split('\n'),
});
const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  withLines(inProcess(main(kubeconfigCommand), args, { cwd: folder, env: { PATH: process.env['PATH'], ...more } }));

/** The same as a program, which may be of another user and has standard input and a home folder. */
function runProgram(args: readonly string[], input = '', user?: number) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'kubeconfig', ...args], {
    cwd: folder,
    encoding: 'utf8',
    input,
    env: { PATH: process.env['PATH'], HOME: folder },
    ...(user !== undefined && { uid: user, gid: user }),
  });
  return withLines({ status, stdout, stderr });
}
const merge = (...more: string[]) => run(['--from', 'k3s.yaml', '--merge', 'config', ...more]);

const FOREIGN = `apiVersion: v1
kind: Config
clusters:
  - name: default
    cluster:
      server: https://work.example.com
users:
  - name: default
    user:
      token: "0123"
contexts:
  - name: default
    context:
      cluster: default
      user: default
current-context: default
`;

describe('kubeconfig --from', () => {
  test('prints the filled kubeconfig and nothing else to standard output', () => {
    const { status, stdout, lines } = runProgram(['--from', 'k3s.yaml']);
    expect(status).toBe(0);
    expect(parse(stdout).contexts).toHaveLength(5);
    expect(lines).toEqual([
      expect.stringMatching(
        /^contexts: home, home-dns, home-k3s-1, home-k3s-2, home-k3s-3; current: home; valid until \d{4}-\d\d-\d\d$/,
      ),
    ]);
  });

  test('reads standard input when the file is -', () => {
    expect(runProgram(['--from', '-'], textOf('k3s.yaml')).stdout).toBe(run(['--from', 'k3s.yaml']).stdout);
  });

  test('takes the site from CLUSTER', () => {
    writeFileSync(at('garage.yaml'), stringify({ ...homeInput, name: 'garage' }));
    const { stdout } = run(['--from', 'k3s.yaml'], { CLUSTER: 'garage.yaml' });
    expect(parse(stdout)['current-context']).toBe('garage');
  });

  test('warns when the certificate ends within 90 days', () => {
    writeFileSync(at('k3s.yaml'), k3sYaml(authority, ending));
    const { status, lines } = run(['--from', 'k3s.yaml']);
    expect([status, lines[0]]).toEqual([0, expect.stringMatching(/^warning: the credentials expire in (29|30) days/)]);
  });

  test('never prints a credential to standard error', () => {
    const runs = [run(['--from', 'k3s.yaml']), merge(), run(['--from', 'k3s.yaml', '--out', 'out'])];
    for (const { stderr } of runs) expect(stderr).not.toMatch(/LS0t|BEGIN/);
  });
});

describe('kubeconfig --merge', () => {
  test('keeps what is called default and its place as the current context', () => {
    writeFileSync(at('config'), FOREIGN);
    expect(merge().status).toBe(0);
    const config = parse(textOf('config'));
    expect(config.users[0]).toEqual({ name: 'default', user: { token: '0123' } });
    expect(config.contexts.map(({ name }: { name: string }) => name)).toEqual([
      'default',
      'home',
      'home-dns',
      'home-k3s-1',
      'home-k3s-2',
      'home-k3s-3',
    ]);
    expect(config['current-context']).toBe('default');
  });

  test('makes the VIP current with --use', () => {
    writeFileSync(at('config'), FOREIGN);
    merge('--use');
    expect(parse(textOf('config'))['current-context']).toBe('home');
  });

  test('leaves the file and its backup to their owner alone, also when everybody could read it', () => {
    writeFileSync(at('config'), FOREIGN, { mode: 0o644 });
    chmodSync(at('config'), 0o644);
    merge();
    const [backup = ''] = backups();
    expect(backup).toMatch(/^config\.\d{8}T\d{6}\.\d{3}Z\.bak$/);
    expect([modeOf('config'), modeOf(backup), textOf(backup)]).toEqual(['600', '600', FOREIGN]);
  });

  test('makes the file and its folder when there are none', () => {
    expect(run(['--from', 'k3s.yaml', '--merge', '.kube/config']).status).toBe(0);
    expect([modeOf('.kube'), modeOf('.kube/config'), readdirSync(at('.kube'))]).toEqual(['700', '600', ['config']]);
  });

  test('finds the home folder when the shell did not', () => {
    runProgram(['--from', 'k3s.yaml', '--merge=~/.kube/config']);
    expect(existsSync(at('.kube/config'))).toBe(true);
  });

  test('done again changes nothing, makes no second backup and mends the mode', () => {
    writeFileSync(at('config'), FOREIGN);
    merge();
    const text = textOf('config');
    chmodSync(at('config'), 0o666);
    const { status, stderr } = merge();
    expect([status, textOf('config'), backups().length, modeOf('config')]).toEqual([0, text, 1, '600']);
    expect(stderr).toContain('config unchanged');
  });

  test('brings new credentials to all contexts', () => {
    merge();
    writeFileSync(at('k3s.yaml'), k3sYaml(authority, renewed));
    expect(merge().stderr).toMatch(/^config written; backup: config\.\S+\.bak; contexts: /);
    expect(textOf('config')).toContain(renewed.certificate);
    expect(textOf('config')).not.toContain(client.certificate);
  });

  test('writes through a symbolic link', () => {
    mkdirSync(at('dotfiles'));
    writeFileSync(at('dotfiles/config'), FOREIGN);
    symlinkSync('dotfiles/config', at('config'));
    merge();
    expect(lstatSync(at('config')).isSymbolicLink()).toBe(true);
    expect(parse(textOf('dotfiles/config')).contexts).toHaveLength(6);
  });

  test('writes through a symbolic link that leads to nothing yet', () => {
    symlinkSync('dotfiles/config', at('config'));
    merge();
    expect([lstatSync(at('config')).isSymbolicLink(), modeOf('dotfiles/config')]).toEqual([true, '600']);
  });

  test('leaves the old file alone when its folder may not be written', () => {
    mkdirSync(at('locked'));
    writeFileSync(at('locked/config'), FOREIGN);
    for (const name of ['locked', 'locked/config']) if (asRoot) chownSync(at(name), NOBODY, NOBODY);
    chmodSync(at('locked'), 0o555);
    // nothing is read-only for root
    const { status, lines } = runProgram(
      ['--from', 'k3s.yaml', '--merge', 'locked/config'],
      '',
      asRoot ? NOBODY : undefined,
    );
    chmodSync(at('locked'), 0o755);
    expect([status, textOf('locked/config'), readdirSync(at('locked'))]).toEqual([1, FOREIGN, ['config']]);
    expect(lines).toEqual([expect.stringMatching(/^locked\/config: permission denied \(EACCES\); change the mode/)]);
  });

  test('writes to --out and leaves the merged file alone', () => {
    writeFileSync(at('config'), FOREIGN);
    merge('--out', 'both');
    expect([textOf('config'), parse(textOf('both')).contexts.length, backups()]).toEqual([FOREIGN, 6, []]);
  });
});

describe('kubeconfig refuses, with status 1 and nothing written,', () => {
  const OTHER = FOREIGN.replaceAll('name: default', 'name: home').replaceAll('cluster: default', 'cluster: home');

  test('an expired certificate', () => {
    writeFileSync(at('k3s.yaml'), k3sYaml(authority, expired));
    writeFileSync(at('config'), FOREIGN);
    const { status, stdout, lines } = merge();
    expect([status, stdout, textOf('config'), backups()]).toEqual([1, '', FOREIGN, []]);
    expect(lines).toEqual([
      expect.stringMatching(/^k3s\.yaml: the client certificate has expired \(valid from .*\); restart k3s/),
    ]);
  });

  test("names that are another cluster's, unless --replace is given", () => {
    writeFileSync(at('config'), OTHER);
    expect([merge().status, textOf('config'), backups()]).toEqual([1, OTHER, []]);
    expect(merge('--replace').status).toBe(0);
    expect(textOf('config')).not.toContain('work.example.com');
  });

  test('everything that is wrong at once', () => {
    writeFileSync(at('cluster.yaml'), stringify({ ...homeInput, name: 'Home' }));
    writeFileSync(at('k3s.yaml'), 'kind: Secret');
    writeFileSync(at('config'), 'kind: Secret');
    const { status, lines } = merge();
    expect(status).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^cluster\.yaml:1:7: bad-name: /),
      expect.stringMatching(/^k3s\.yaml: it is not a kubeconfig; /),
      expect.stringMatching(/^config: a Secret, not a kubeconfig; /),
    ]);
  });

  test('files that are not there', () => {
    const { status, lines } = run(['--from', 'none.yaml', '--cluster', 'no-cluster.yaml']);
    expect([status, lines]).toEqual([
      1,
      ['no-cluster.yaml: does not exist; correct the name', 'none.yaml: does not exist; correct the name'],
    ]);
  });

  test('to choose between the sites of clusters/', () => {
    mkdirSync(at('clusters'));
    for (const name of ['a', 'b']) writeFileSync(at('clusters', `${name}.yaml`), stringify({ ...homeInput, name }));
    const { status, stderr } = run(['--from', 'k3s.yaml']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('--cluster: clusters/a.yaml, clusters/b.yaml')]);
  });
});

describe('the usage of kubeconfig', () => {
  test.each([
    ['no --from', []],
    ['an unknown option', ['--from', 'k3s.yaml', '--form']],
    ['an unknown argument', ['--from', 'k3s.yaml', 'config']],
    ['an option without its value', ['--from', 'k3s.yaml', '--merge']],
  ])('ends with 2 for %s', (_, args) => {
    const { status, stdout, stderr } = run(args);
    expect([status, stdout, stderr.startsWith('error: ')]).toEqual([2, '', true]);
  });

  test('is printed by --help', () => {
    const { status, stdout, stderr } = run(['--help']);
    expect([status, stderr]).toEqual([0, '']);
    for (const option of '--from --ssh --sudo --timeout --merge --out --cluster --rescue --use --replace'.split(' '))
      expect(stdout).toContain(option);
  });
});
