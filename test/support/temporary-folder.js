const { chmodSync, mkdirSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

let folders = [];

/**
 * Gives all tests one folder for what they leave behind: each `Testing.app()` of cdk8s makes a folder of its own, and removes none.
 * And one for programs under test, which find the files of the project above their own.
 */
module.exports = () => {
  const temporary = mkdtempSync(join(tmpdir(), 'power-safe-k3s-test-'));
  // some tests run programs as another user
  chmodSync(temporary, 0o755);
  process.env.TMPDIR = temporary;
  // without a locale to load, the short programs of a script take four fifths of the time
  process.env.LC_ALL = 'C';
  mkdirSync('build', { recursive: true });
  const programs = mkdtempSync(join('build', 'test-'));
  process.env.TEST_PROGRAMS = join(process.cwd(), programs);
  folders = [temporary, process.env.TEST_PROGRAMS];
};

module.exports.remove = () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
};
