// A plugin of esbuild that leaves out of a bundle what it does not use of the Kubernetes objects of cdk8s-plus-27.
const { readdirSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

/**
 * The Kubernetes objects of cdk8s-plus-27 as a module whose unused classes and functions the bundler can drop: all of them are 250 kB.
 * The drill planner compares the outputs of every example.
 */
function moduleOf(source) {
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

const usedObjects = {
  name: 'used-objects',
  setup: ({ onLoad }) =>
    onLoad({ filter: /cdk8s-plus-27[/\\]lib[/\\]imports[/\\]k8s\.js$/ }, ({ path }) => ({
      contents: moduleOf(readFileSync(path, 'utf8')),
      resolveDir: dirname(path),
    })),
};

module.exports = { usedObjects };
