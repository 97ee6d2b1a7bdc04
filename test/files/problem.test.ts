import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError, fileProblem, readText, withFile } from '../../lib/files/problem';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-problem-'));
  writeFileSync(join(folder, 'file'), 'text');
  symlinkSync('nowhere', join(folder, 'link'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const problemOf = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return fileProblem(error);
  }
};

test.each([
  ['none', 'there is no such file; correct the name'],
  ['link', 'is a link to nothing; correct it, or remove it'],
  ['.', 'is a folder; name one file'],
  ['file/below', 'a file stands where a folder has to be (ENOTDIR); move it, or name another place'],
  ['file', 'text'],
])('of %s: %s', (name, says) => {
  expect(problemOf(join(folder, name))).toBe(says);
});

test.each([
  ['EACCES', 'may not be read or written (EACCES); change its rights or those of its folder'],
  ['EROFS', 'is on a disk that is mounted for reading only; name another place'],
  ['ENOSPC', 'the disk is full; make room'],
  ['EIO', 'the file system says EIO; see to the disk, or name another file'],
])('of what the system calls %s: %s', (code, says) => {
  expect(fileProblem(Object.assign(new Error(), { code, errno: -1 }))).toBe(says);
});

test('an error of the file system becomes one that names the file', () => {
  expect(() => readText(join(folder, 'none'))).toThrow(
    new FileError(`${folder}/none: there is no such file; correct the name`),
  );
});

test('a fault of the program stays what it is', () => {
  const fault = new TypeError('a fault');
  expect(() =>
    withFile('x', () => {
      throw fault;
    }),
  ).toThrow(fault);
});
