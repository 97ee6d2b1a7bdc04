// `npm run synth` and cdk8s: builds if a source has changed, then runs build/main.js in this process with V8's code cache, so that it is not
// compiled again. V8 itself refuses a cache of another version or with other flags.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, resolve } = require('node:path');
const { Script } = require('node:vm');
const { build, fail } = require('./build');

const PROGRAM = resolve('build/main.js');

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

build()
  .then((sources) => {
    // V8 compares only the length of the source
    const cache = `build/${sources}.cache`;
    const cachedData = readIfThere(cache);
    const code = `(function (exports, require, module, __filename, __dirname) {${readFileSync(PROGRAM, 'utf8')}\n})`;
    const script = new Script(code, { filename: PROGRAM, cachedData });
    const program = { exports: {} };
    script.runInThisContext()(program.exports, createRequire(PROGRAM), program, PROGRAM, dirname(PROGRAM));
    if ((cachedData && !script.cachedDataRejected) || process.exitCode) return;
    // after the run, which has compiled what it needs; as a whole, because another run may read it
    writeFileSync(`${cache}.${process.pid}`, script.createCachedData());
    renameSync(`${cache}.${process.pid}`, cache);
  })
  .catch(fail);
