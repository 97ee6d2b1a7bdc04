// A plugin of esbuild that puts the scripts, schemas and the shipped site into a bundle as texts.
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const names = [
  'cluster.yaml',
  'imports/metallb.crds.json',
  ...readdirSync('lib', { recursive: true })
    .filter((name) => name.endsWith('.sh'))
    .map((name) => join('lib', name)),
];
const texts = Object.fromEntries(names.map((name) => [name, readFileSync(name, 'utf8')]));

/** Replaces lib/files/project.ts. */
const EMBEDDED = `const texts = ${JSON.stringify(texts)};
export const projectFilesRead = () => [];
export function readProjectFile(path) {
  if (!Object.hasOwn(texts, path)) throw new Error(\`"\${path}" is not in this package; add it in scripts/package.js\`);
  return texts[path];
}`;

const embedFiles = {
  name: 'embed-files',
  setup: ({ onLoad }) => onLoad({ filter: /[/\\]lib[/\\]files[/\\]project\.ts$/ }, () => ({ contents: EMBEDDED })),
};

module.exports = { embedFiles };
