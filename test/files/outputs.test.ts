import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { type Files, type Kind, type Output, writeOutputs as writeParts } from '../../lib/files/outputs';
import { isWrittenBySynth, WRITTEN_BY } from '../../lib/files/written-by';
import { loadCluster } from '../../lib/site/load';
import { buildSite } from '../../lib/synth/app';
import { HOST_FOLDERS } from '../../lib/synth/hosts';
import { DIST, HOSTS } from '../../lib/synth/outputs';

const MARKED = `# ${WRITTEN_BY}\n`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outputs-'));
});

type Texts = Readonly<Record<string, string>>;
const outputOf = (kind: Kind, name: string, files: Texts, several = false) => ({
  kind,
  folder: join(folder, name),
  several,
  files: new Map(Object.entries(files)),
});
const dist = (files: Texts, several?: boolean) => outputOf(DIST, 'dist', files, several);
const hosts = (files: Texts, several?: boolean) => outputOf(HOSTS, 'hosts', files, several);

/** Writes a part of each output. */
const writeOutputs = (outputs: readonly (Output & { readonly files: Files })[]) =>
  writeParts(outputs, [outputs.map(({ files }) => files)]);

const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const write = (name: string, text = 'mine') => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const list = (name: string) => readdirSync(join(folder, name), { recursive: true }).map(String).toSorted();

test('writes files into folders that were not there', () => {
  writeOutputs([hosts({ 'nodes/srv1/ups.yaml': MARKED })]);
  expect(read('hosts/nodes/srv1/ups.yaml')).toBe(MARKED);
});

test('leaves a file alone that has the text already, and writes the others', () => {
  const inodes = () => ['a', 'b'].map((name) => statSync(join(folder, 'hosts/server', name)).ino);
  writeOutputs([hosts({ 'server/a': MARKED, 'server/b': MARKED })]);
  const [a, b] = inodes();
  writeOutputs([hosts({ 'server/a': MARKED, 'server/b': `${MARKED}b` })]);
  expect(inodes().map((inode, i) => inode === [a, b][i])).toEqual([true, false]);
});

describe('what an earlier run wrote and this one does not', () => {
  test('is removed, with the folders that this empties', () => {
    writeOutputs([dist({ '00-crds.k8s.yaml': 'a' }), hosts({ 'nodes/srv1/a.yaml': MARKED, 'server/b': MARKED })]);
    writeOutputs([dist({ '50-nut.k8s.yaml': 'b' }), hosts({ 'b.yaml': MARKED, 'server/c': MARKED })]);
    expect(list('dist')).toEqual(['50-nut.k8s.yaml']);
    expect(list('hosts')).toEqual(['b.yaml', 'server', 'server/c']);
  });

  test('is removed if it is a temporary file, unless the process of its name still runs', () => {
    const [running, killed] = [process.ppid, 2 ** 30].map((pid) => `server/a.${pid}.tmp`);
    writeOutputs([hosts({ [`${running}`]: MARKED, [`${killed}`]: MARKED })]);
    writeOutputs([hosts({ 'server/b': MARKED })]);
    expect(list('hosts/server')).toEqual([`a.${process.ppid}.tmp`, 'b']);
  });

  test.each(['north', 'nodes'])('is removed from the folder of a site with the name %s', (gone) => {
    const sites = (name: string) => [
      dist({ [`${name}/00-crds.k8s.yaml`]: 'a' }, true),
      hosts({ [`${name}/nodes/srv1/a.yaml`]: MARKED }, true),
    ];
    writeOutputs(sites(gone));
    writeOutputs(sites('south'));
    expect([list('dist'), list('hosts/south')]).toEqual([
      ['south', 'south/00-crds.k8s.yaml'],
      ['nodes', 'nodes/srv1', 'nodes/srv1/a.yaml'],
    ]);
    expect(list('hosts')).not.toContain(gone);
  });
});

test('a folder may be named in any way', () => {
  const relativePath = `./${relative('.', folder)}/dist`;
  const output = (name: string) => ({ kind: HOSTS, folder: relativePath, files: new Map([[name, MARKED]]) });
  writeOutputs([output('nodes/srv1/a.yaml')]);
  writeOutputs([output('b.yaml')]);
  expect(list('dist')).toEqual(['b.yaml']);
});

describe("other people's", () => {
  test.each([
    ['a file beside ours', 'dist/kustomization.yaml', 'mine'],
    ['a chart of another app', 'dist/app.k8s.yaml', 'mine'],
    ['a chart of ours in a folder below', 'dist/other/00-crds.k8s.yaml', 'mine'],
    ['a file without the mark', 'hosts/notes.md', 'mine'],
    ['a file that speaks of the mark', 'hosts/notes.md', `They say: ${WRITTEN_BY}\n`],
    ['a file with the mark further down', 'hosts/notes.md', `a\nb\n${MARKED}`],
    ['a marked file in a folder that synth does not write to', 'hosts/copies/config.yaml', MARKED],
    ['a marked file in a folder that begins with a dot', 'hosts/.git/config', MARKED],
    ['the output of another clone', 'hosts/hosts/README.md', MARKED],
  ])('is left alone: %s', (_, name, text) => {
    write(name, text);
    writeOutputs([dist({ '50-nut.k8s.yaml': 'a' }), hosts({ 'a.yaml': MARKED })]);
    expect(read(name)).toBe(text);
  });

  test('is left alone also beside the folders of sites', () => {
    for (const name of ['dist/other/app.k8s.yaml', 'dist/.git/00-crds.k8s.yaml', 'hosts/other/notes.md']) write(name);
    writeOutputs([dist({ 'north/50-nut.k8s.yaml': 'a' }, true), hosts({ 'north/a.yaml': MARKED }, true)]);
    expect(list('dist')).toEqual([
      '.git',
      '.git/00-crds.k8s.yaml',
      'north',
      'north/50-nut.k8s.yaml',
      'other',
      'other/app.k8s.yaml',
    ]);
    expect(read('hosts/other/notes.md')).toBe('mine');
  });

  test('empty folder stays, and a Git repository stays one', () => {
    mkdirSync(join(folder, 'hosts/nodes/empty'), { recursive: true });
    const git = (...args: string[]) => spawnSync('git', args, { cwd: join(folder, 'hosts'), encoding: 'utf8' });
    git('init', '--quiet');
    writeOutputs([hosts({ 'a.yaml': MARKED })]);
    expect(list('hosts')).toEqual(expect.arrayContaining(['nodes/empty', '.git/refs/heads']));
    expect(git('status').status).toBe(0);
  });

  test('file is not replaced: nothing is written, and every one of them is named', () => {
    write('hosts/README.md');
    write('hosts/server/config.yaml');
    expect(() =>
      writeOutputs([
        dist({ '50-nut.k8s.yaml': 'a' }),
        hosts({ 'README.md': MARKED, 'server/config.yaml': MARKED, 'new.yaml': MARKED }),
      ]),
    ).toThrow(
      ['README.md', 'server/config.yaml']
        .map(
          (name) => `${join(folder, 'hosts', name)}: not written by npm run synth; move it, or write to another folder`,
        )
        .join('\n'),
    );
    expect(readdirSync(folder)).toEqual(['hosts']);
    expect(list('hosts')).toEqual(['README.md', 'server', 'server/config.yaml']);
  });

  test('link is not followed to delete what is behind it', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'));
    writeFileSync(join(elsewhere, '00-crds.k8s.yaml'), 'x');
    mkdirSync(join(folder, 'dist'));
    symlinkSync(elsewhere, join(folder, 'dist/link'));
    writeOutputs([dist({ 'north/50-nut.k8s.yaml': 'a' }, true)]);
    expect(existsSync(join(elsewhere, '00-crds.k8s.yaml'))).toBe(true);
    rmSync(elsewhere, { recursive: true });
  });
});

describe('all or nothing', () => {
  test('writes nothing when one file cannot be written', () => {
    writeOutputs([dist({ '00-crds.k8s.yaml': 'old' })]);
    write('hosts', 'a file where the folder should be');
    expect(() =>
      writeOutputs([dist({ '00-crds.k8s.yaml': 'new', '50-nut.k8s.yaml': 'new' }), hosts({ 'server/a.yaml': MARKED })]),
    ).toThrow(`${join(folder, 'hosts/server')}: a file is in the place of a folder`);
    expect(read('dist/00-crds.k8s.yaml')).toBe('old');
    expect(list('dist')).toEqual(['00-crds.k8s.yaml']);
  });

  test('leaves no folder behind that it made before it failed', () => {
    write('hosts', 'a file where the folder should be');
    const sites = dist({ 'north/00-crds.k8s.yaml': 'new', 'south/00-crds.k8s.yaml': 'new' }, true);
    expect(() => writeOutputs([sites, hosts({ a: MARKED })])).toThrow();
    expect(readdirSync(folder)).toEqual(['hosts']);
  });

  test('leaves no temporary file when the disk fails at the second rename, and says at which file', () => {
    const rename = jest.spyOn(jest.requireActual<typeof import('node:fs')>('node:fs'), 'renameSync');
    rename.mockImplementationOnce(() => {});
    rename.mockImplementationOnce(() => {
      throw Object.assign(new Error('EIO'), { code: 'EIO', errno: -5 });
    });
    const files = dist({ '00-crds.k8s.yaml': 'new', '50-nut.k8s.yaml': 'new' });
    expect(() => writeOutputs([files])).toThrow(`${join(folder, 'dist/50-nut.k8s.yaml')}: file system error EIO`);
    rename.mockRestore();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('writes nothing when a folder is where a file goes', () => {
    writeOutputs([dist({ '00-crds.k8s.yaml': 'old' })]);
    mkdirSync(join(folder, 'dist/10-namespaces.k8s.yaml'));
    expect(() =>
      writeOutputs([dist({ '00-crds.k8s.yaml': 'new', '10-namespaces.k8s.yaml': 'new', '50-nut.k8s.yaml': 'new' })]),
    ).toThrow(`${join(folder, 'dist/10-namespaces.k8s.yaml')}: not a regular file; move it`);
    expect(read('dist/00-crds.k8s.yaml')).toBe('old');
    expect(list('dist')).toEqual(['00-crds.k8s.yaml', '10-namespaces.k8s.yaml']);
  });
});

describe.each(['cluster.yaml', ...readdirSync('examples').map((name) => join('examples', name))])('%s', (file) => {
  const site = buildSite(loadCluster(readFileSync(file, 'utf8'), file).cluster);

  test('has only files that synth recognizes', () => {
    expect([...site.dist.keys()].filter((name) => !DIST.isOurs(name))).toEqual([]);
    expect([...site.hosts].filter(([, text]) => !isWrittenBySynth(text)).map(([name]) => name)).toEqual([]);
  });

  test('has host files only in the known folders', () => {
    const folders = [...site.hosts.keys()].filter((name) => name !== basename(name)).map((name) => name.split('/')[0]);
    expect(folders.filter((name) => !HOST_FOLDERS.includes(name ?? ''))).toEqual([]);
  });
});

describe('parts', () => {
  const target = () => [outputOf(HOSTS, 'hosts', {})];
  const part = (name: string) => [new Map([[name, MARKED]])];

  test('are made one by one, each when the one before is on disk', () => {
    const seen: number[] = [];
    function* parts() {
      for (const name of ['a', 'b', 'c']) {
        seen.push(existsSync(join(folder, 'hosts')) ? list('hosts').length : 0);
        yield part(name);
      }
    }
    expect(writeParts(target(), parts())).toEqual([3]);
    expect([seen, list('hosts')]).toEqual([
      [0, 1, 2],
      ['a', 'b', 'c'],
    ]);
  });

  test('leave nothing if a later one fails', () => {
    function* parts() {
      yield part('nodes/srv1/a');
      throw new Error('invalid');
    }
    expect(() => writeParts(target(), parts())).toThrow('invalid');
    expect(existsSync(join(folder, 'hosts'))).toBe(false);
  });
});
