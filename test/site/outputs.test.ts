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
import { isDistFile, isHostFile, writeOutputs } from '../../lib/site/outputs';

const HEAD = '# Written by npm run synth from cluster.yaml\n';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outputs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const dist = (files: Record<string, string>) => ({
  folder: join(folder, 'dist'),
  files: new Map(Object.entries(files)),
  isGenerated: isDistFile,
});
const hosts = (files: Record<string, string>) => ({
  folder: join(folder, 'hosts'),
  files: new Map(Object.entries(files)),
  isGenerated: isHostFile,
});
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

test('writes files into folders that were not there', () => {
  writeOutputs([hosts({ 'nodes/srv1/ups.yaml': HEAD })]);
  expect(read('hosts/nodes/srv1/ups.yaml')).toBe(HEAD);
});

test('removes what an earlier run wrote and this one does not', () => {
  writeOutputs([dist({ '10-a.k8s.yaml': 'a' }), hosts({ 'nodes/srv1/a.yaml': HEAD })]);
  writeOutputs([dist({ '20-b.k8s.yaml': 'b' }), hosts({ 'b.yaml': HEAD })]);
  expect(readdirSync(join(folder, 'dist'))).toEqual(['20-b.k8s.yaml']);
  expect(readdirSync(join(folder, 'hosts'))).toEqual(['b.yaml']);
});

test('leaves the files of other people alone', () => {
  mkdirSync(join(folder, 'dist'));
  mkdirSync(join(folder, 'hosts'));
  writeFileSync(join(folder, 'dist/kustomization.yaml'), 'mine');
  writeFileSync(join(folder, 'hosts/notes.md'), 'mine');
  writeOutputs([dist({ '10-a.k8s.yaml': 'a' }), hosts({ 'a.yaml': HEAD })]);
  expect([read('dist/kustomization.yaml'), read('hosts/notes.md')]).toEqual(['mine', 'mine']);
});

test('writes nothing when one file cannot be written', () => {
  writeOutputs([dist({ '10-a.k8s.yaml': 'old' })]);
  writeFileSync(join(folder, 'hosts'), 'a file where the folder should be');
  expect(() => writeOutputs([dist({ '10-a.k8s.yaml': 'new' }), hosts({ 'a.yaml': HEAD })])).toThrow(/EEXIST|ENOTDIR/);
  expect(read('dist/10-a.k8s.yaml')).toBe('old');
  expect(readdirSync(join(folder, 'dist'))).toEqual(['10-a.k8s.yaml']);
});

test('does not follow a link to delete what is behind it', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'));
  writeFileSync(join(elsewhere, 'x.k8s.yaml'), 'x');
  mkdirSync(join(folder, 'dist'));
  symlinkSync(elsewhere, join(folder, 'dist/link'));
  writeOutputs([dist({ '10-a.k8s.yaml': 'a' })]);
  expect(existsSync(join(elsewhere, 'x.k8s.yaml'))).toBe(true);
  rmSync(elsewhere, { recursive: true });
});
