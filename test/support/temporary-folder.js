const { chmodSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

let folder;

/** Gives all tests one folder for what they leave behind: each `Testing.app()` of cdk8s makes a folder of its own, and removes none. */
module.exports = () => {
  folder = mkdtempSync(join(tmpdir(), 'power-safe-k3s-test-'));
  // some tests run programs as another user
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
};

module.exports.remove = () => rmSync(folder, { recursive: true, force: true });
