// What the page of the planner has in place of modules that run in Node only, or are too large for it.
const { readdirSync, readFileSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');

/** What libraries ask of Node's process. */
const PROCESS = "var process={env:{},pid:0,platform:'browser',cwd:()=>'/'};";

/**
 * The Kubernetes objects of cdk8s-plus-27 as a module whose unused classes and functions the bundler can drop: all of them are 250 kB.
 * The drill planner compares the outputs of every example.
 */
function usedObjects(source) {
  const users = ['node_modules/cdk8s-plus-27/lib', 'lib']
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
    .filter((name) => /(?<!\.d)\.[jt]s$/.test(name) && !name.includes('imports'))
    .map((name) => readFileSync(name, 'utf8'));
  const used = new Set(users.flatMap((text) => [...text.matchAll(/\bk8s\.(\w+)/g)].map(([, name]) => name)));
  const kinds = new Map([...source.matchAll(/^(\w+)\.GVK = (\{[^}]*\});/gm)].map(([, name, kind]) => [name, kind]));
  const text = source
    .replace(/^(exports\.|Object\.defineProperty\(exports|var _a,|_\w+ = JSII|\w+\[_\w+\] = |\/\/# source).*$/gm, '')
    .replace(/^\w+\.GVK = \{[^}]*\};/gm, '')
    .replace(/exports\.(\w+) \|\| \(exports\.\1 = \{\}\)/g, '$1 || ($1 = {})')
    .replace('const cdk8s_1 = require("cdk8s");', 'import { ApiObject } from "cdk8s";')
    .replace(
      /^class (\w+) extends cdk8s_1\.ApiObject \{/gm,
      (_, name) => `class ${name} extends ApiObject { static GVK = ${kinds.get(name)};`,
    );
  const names = [...text.matchAll(/^(?:class|function|var) (\w+)/gm)].map(([, name]) => name);
  return `${text}\nexport { ${names.filter((name) => used.has(name)).join(', ')} };`;
}

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
    // the messages of zod in 40 languages
    bundle.onLoad({ filter: /zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
    bundle.onResolve({ filter: /^decode-named-character-reference$/ }, () => ({
      path: resolve('planner/stand-ins/entities.ts'),
    }));
    bundle.onLoad({ filter: /zod[/\\]v4[/\\]classic[/\\]from-json-schema\.js$/ }, () => ({
      contents: 'export const fromJSONSchema = undefined;',
    }));
    bundle.onLoad({ filter: /cdk8s-plus-27[/\\]lib[/\\]imports[/\\]k8s\.js$/ }, ({ path }) => ({
      contents: usedObjects(readFileSync(path, 'utf8')),
      resolveDir: dirname(path),
    }));
  },
};

module.exports = { PROCESS, standIns };
