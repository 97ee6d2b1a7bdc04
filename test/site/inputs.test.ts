import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOneSite, readSites } from '../../lib/site/inputs';

const SITE = readFileSync('cluster.yaml', 'utf8');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inputs-'));
});

const at = (name: string) => join(folder, name);
const addSite = (name: string) => writeFileSync(at(`${name}.yaml`), SITE.replace('name: home', `name: ${name}`));
const refusal = (path: string) => {
  try {
    readSites(path);
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
};

describe('a folder of sites', () => {
  test('is read in the order of the names, .yml files too, and files of other kinds are passed over', () => {
    addSite('south');
    addSite('north');
    writeFileSync(at('west.yml'), SITE.replace('name: home', 'name: west'));
    for (const name of ['README.md', 'north.yaml.bak', '.gitkeep']) writeFileSync(at(name), 'no: [site');
    expect(readSites(folder).clusters.map(({ name }) => name)).toEqual(['north', 'south', 'west']);
  });

  test('has no site with an address of another one, which --keep-going leaves out', () => {
    addSite('north');
    writeFileSync(at('south.yaml'), SITE.replace('name: home', 'name: south').replace('10.13', '10.14'));
    expect(refusal(folder)[0]).toMatch(/south\.yaml:\d+:\d+: address-of-other-site: 192\.168\.10\.11 of node k3s-1 /);
    const { clusters, broken } = readSites(folder, true);
    expect([clusters.map(({ name }) => name), broken.length > 0]).toEqual([['north'], true]);
  });

  test('with nothing in it is refused', () => {
    expect(refusal(folder)).toEqual([`${folder}: no-file: the folder has no .yaml file; add one per cluster`]);
  });

  test('is told of every file that cannot be read, by name', () => {
    addSite('north');
    mkdirSync(at('sub.yaml'));
    symlinkSync('nowhere', at('link.yaml'));
    expect(refusal(folder)).toEqual([
      `${at('link.yaml')}: no-file: dangling symbolic link; correct it, or remove it`,
      `${at('sub.yaml')}: no-file: is a directory; name a file`,
    ]);
  });
});

describe('the one site of a folder', () => {
  test('is read', () => {
    addSite('north');
    expect(readOneSite(folder).cluster.name).toBe('north');
  });

  test('is not guessed where there are several', () => {
    addSite('north');
    addSite('south');
    expect(() => readOneSite(folder)).toThrow(
      `${folder}: several-sites: the folder has several sites; select one with --cluster: ${at('north.yaml')}, ${at('south.yaml')}`,
    );
  });
});

test('a site behind a file that is no folder is not there', () => {
  writeFileSync(at('file'), '');
  expect(refusal(at('file/cluster.yaml'))[0]).toContain('no-file: the file or folder does not exist');
});

test.each([
  ['UTF-16 with a byte order mark', Buffer.from(`\uFEFF${SITE}`, 'utf16le')],
  ['UTF-16 without one', Buffer.from(SITE, 'utf16le')],
  ['Latin-1', Buffer.from('name: büro', 'latin1')],
  ['no text at all', readFileSync(process.execPath).subarray(0, 4096)],
])('a file in %s is refused in one short line', (_, bytes) => {
  writeFileSync(at('cluster.yaml'), bytes);
  expect(refusal(at('cluster.yaml'))).toEqual([
    `${at('cluster.yaml')}: no-text: the file is not UTF-8 text; save it as UTF-8`,
  ]);
});

test('a file in UTF-8 with a byte order mark is read', () => {
  writeFileSync(at('cluster.yaml'), `\uFEFF${SITE}`);
  expect(readSites(at('cluster.yaml')).clusters).toHaveLength(1);
});
