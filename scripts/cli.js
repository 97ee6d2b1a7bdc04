// The program of the package: check and synth in a bundle of their own, which starts faster, and repeated if nothing has changed.
const { statSync } = require('node:fs');
const { join } = require('node:path');
const { load, start } = require('./start');

const [, , name] = process.argv;
const isDaily = name === 'check' || name === 'synth';
const program = join(__dirname, isDaily ? 'daily.js' : 'program.js');
const { size, ino, mtimeMs, ctimeMs } = statSync(program);
const version = [size, ino, mtimeMs, ctimeMs].join('-');
// code is compiled as it is called, so each command has a cache of its own
if (isDaily) start(program, `${version}-${name}`);
else load(program, version)();
