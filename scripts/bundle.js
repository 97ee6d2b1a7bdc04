// How the program is bundled: by scripts/build.js for this repository, by scripts/package.js for npm.
const { build } = require('esbuild');
const { usedObjects } = require('./used-objects');

/** What libraries get in place of modules of Node.js that take milliseconds to load. */
const LATER = {
  // commander and cdk8s start processes never or seldom
  child_process: `const later = (name) => (...args) => require('node:child_process')[name](...args);
module.exports = Object.fromEntries(['execFileSync', 'spawn', 'spawnSync'].map((name) => [name, later(name)]));`,
  // write-file-atomic names temporary files by the thread
  worker_threads: 'module.exports = { threadId: 0 };',
};

const startFast = {
  name: 'start-fast',
  setup({ onLoad, onResolve, resolve }) {
    // a package of which nothing is used is not loaded
    onResolve({ filter: /^[@\w]/ }, async ({ path, pluginData, ...args }) => {
      if (pluginData === startFast) return undefined;
      const name = path.replace('node:', '');
      if (name in LATER && args.importer.includes('node_modules')) return { path: name, namespace: startFast.name };
      return { ...(await resolve(path, { ...args, pluginData: startFast })), sideEffects: false };
    });
    onLoad({ filter: /./, namespace: startFast.name }, ({ path }) => ({ contents: LATER[path] }));
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
