// Starts a bundle of the program in this process, with V8's code cache beside it, so that it is not compiled again. V8 itself refuses a
// cache of another version or with other flags.
const { readFileSync } = require('node:fs');
const { dirname } = require('node:path');
const { record, repeat, writeWhole } = require('./repeat');

/**
 * Repeats the last run if nothing has changed since, or runs a bundle that ends synchronously.
 *
 * @param program path of the bundle, which takes `process.argv`
 * @param version of its code, as a part of a file name
 */
function start(program, version) {
  if (!repeat(program, version)) record(program, version, load(program, version));
}

/** Reads a bundle. Returns what runs it. */
function load(program, version) {
  // loaded here, because a repeated run needs none of them
  const { createRequire } = require('node:module');
  const { setFlagsFromString } = require('node:v8');
  const { Script } = require('node:vm');
  // a run of one site ends before V8's optimized code is of use; a longer one gets it a little later
  setFlagsFromString('--interrupt-budget=1000000');
  const cache = `${program}.${version}.cache`;
  const cachedData = readIfThere(cache);
  // esbuild writes ASCII, except in comments
  const code = `(function (exports, require, module, __filename, __dirname) {${readFileSync(program, 'latin1')}\n})`;
  const script = new Script(code, { filename: program, cachedData });
  if (!cachedData || script.cachedDataRejected) {
    // after the run, which has compiled what it needs
    process.once('exit', () => {
      if (!process.exitCode) writeWhole(cache, script.createCachedData());
    });
  }
  const module = { exports: {} };
  return () => script.runInThisContext()(module.exports, createRequire(program), module, program, dirname(program));
}

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

module.exports = { load, start };
