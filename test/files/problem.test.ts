import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError, fileProblem, readText, withFile } from '../../lib/files/problem';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-problem-'));
  writeFileSync(join(folder, 'file'), 'text');
  symlinkSync('nowhere', join(folder, 'link'));
});

const problemOf = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return fileProblem(error);
  }
};

test.each([
  ['none', 'does not exist; correct the name'],
  ['link', 'dangling symbolic link; correct it, or remove it'],
  ['.', 'is a directory; name a file'],
  ['file/below', 'a file is in the place of a folder (ENOTDIR); move it, or name another path'],
  ['file', 'text'],
])('of %s: %s', (name, says) => {
  expect(problemOf(join(folder, name))).toBe(says);
});

test.each([
  ['EACCES', 'permission denied (EACCES); change the mode of the file or its folder'],
  ['EROFS', 'read-only file system; name another path'],
  ['ENOSPC', 'no space left; free some'],
  ['EIO', 'file system error EIO; check the disk, or name another file'],
])('of what the system calls %s: %s', (code, says) => {
  expect(fileProblem(Object.assign(new Error(), { code, errno: -1 }))).toBe(says);
});

test('an error of the file system becomes one that names the file', () => {
  expect(() => readText(join(folder, 'none'))).toThrow(
    new FileError(`${folder}/none: does not exist; correct the name`),
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
