// How the program is bundled: by scripts/build.js for this repository, by scripts/package.js for npm.
const { build } = require('esbuild');
const { usedObjects } = require('./used-objects');

/** Loads child_process only when a process starts: commander and cdk8s require it for what they do here never or seldom. */
const CHILD_PROCESS = `const later = (name) => (...args) => require('node:child_process')[name](...args);
module.exports = Object.fromEntries(['execFileSync', 'spawn', 'spawnSync'].map((name) => [name, later(name)]));`;

const startFast = {
  name: 'start-fast',
  setup({ onLoad, onResolve, resolve }) {
    // a package of which nothing is used is not loaded
    onResolve({ filter: /^[@\w]/ }, async ({ path, pluginData, ...args }) => {
      if (pluginData === startFast) return undefined;
      if (/^(node:)?child_process$/.test(path) && args.importer.includes('node_modules'))
        return { path, namespace: startFast.name };
      return { ...(await resolve(path, { ...args, pluginData: startFast })), sideEffects: false };
    });
    onLoad({ filter: /./, namespace: startFast.name }, () => ({ contents: CHILD_PROCESS }));
  },
};

/** Bundles the program, with these options of esbuild. */
const bundle = ({ plugins = [], ...options }) =>
  build({
    bundle: true,
    platform: 'node',
    target: 'node20',
    // cdk8s brings a second copy of the same library
    alias: { yaml: './node_modules/yaml' },
    plugins: [...plugins, usedObjects, startFast],
    logLevel: 'warning',
    ...options,
  });

module.exports = { bundle };
