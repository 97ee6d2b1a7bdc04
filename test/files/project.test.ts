import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProjectFile } from '../../lib/files/project';

describe('readProjectFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'project-file-'));
  beforeAll(() => {
    mkdirSync(join(folder, 'project/build/scripts'), { recursive: true });
    mkdirSync(join(folder, 'project/imports'));
    writeFileSync(join(folder, 'project/package.json'), '{}');
    writeFileSync(join(folder, 'project/imports/a.yaml'), 'a\n');
  });

  test.each(['build/scripts', 'build', '.'])('finds a file from %s', (start) => {
    expect(readProjectFile('imports/a.yaml', join(folder, 'project', start))).toBe('a\n');
  });

  test('gives Linux line ends, whatever the checkout has', () => {
    writeFileSync(join(folder, 'project/imports/crlf.sh'), '#!/bin/sh\r\ntrue\r\n');
    expect(readProjectFile('imports/crlf.sh', join(folder, 'project'))).toBe('#!/bin/sh\ntrue\n');
  });

  test('names the file that is missing', () => {
    expect(() => readProjectFile('imports/b.yaml', join(folder, 'project/build'))).toThrow(
      /imports\/b\.yaml" does not exist/,
    );
  });

  test('says when there is no project above', () => {
    expect(() => readProjectFile('imports/a.yaml', folder)).toThrow('no package.json in');
  });
});
