// What the page of the planner has in place of modules that run in Node only, or are too large for it.
const { resolve } = require('node:path');

/** What libraries ask of Node's process. */
const PROCESS = "var process={env:{},pid:0,platform:'browser',cwd:()=>'/'};";

/** Modules that the page has in another form. Modules of Node that only unused functions call are empty. */
const standIns = {
  name: 'stand-ins',
  setup(bundle) {
    bundle.onResolve({ filter: /^(node:)?crypto$/ }, () => ({ path: 'crypto', namespace: 'stand-in' }));
    // a module of CommonJS may lack what only unused functions import
    bundle.onLoad({ filter: /^crypto$/, namespace: 'stand-in' }, () => ({
      contents: "module.exports = require('./planner/stand-ins/crypto.ts');",
      resolveDir: '.',
    }));
    bundle.onResolve({ filter: /^(node:.*|fs|path|os|child_process|util)$/ }, ({ path }) => ({
      path,
      namespace: 'of-node',
    }));
    bundle.onLoad({ filter: /.*/, namespace: 'of-node' }, () => ({ contents: 'module.exports = {};' }));
    bundle.onResolve({ filter: /^decode-named-character-reference$/ }, () => ({
      path: resolve('planner/stand-ins/entities.ts'),
    }));
  },
};

module.exports = { PROCESS, standIns };
