// `npm run synth` and cdk8s: builds if a source has changed, then runs `synth` of build/main.js in this process.
const { resolve } = require('node:path');
const { build, fail } = require('./build');
const { start } = require('./start');

process.argv.splice(2, 0, 'synth');
build()
  .then((sources) => start(resolve('build/main.js'), sources))
  .catch(fail);
