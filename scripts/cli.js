// The program of the package. check and synth have a bundle each, which starts faster, and are repeated if nothing has changed.
const { statSync } = require('node:fs');
const { join } = require('node:path');
const { load, start } = require('./start');

const [, , name] = process.argv;
const isAlone = name === 'check' || name === 'synth';
const program = join(__dirname, `${isAlone ? name : 'program'}.js`);
const { size, ino, mtimeMs, ctimeMs } = statSync(program);
const version = [size, ino, mtimeMs, ctimeMs].join('-');
if (isAlone) start(program, version);
else load(program, version)();
