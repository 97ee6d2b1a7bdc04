// For `npm pack`: bundles lib/index.ts into build/package/ with its types. Scripts and schemas are embedded as texts, so a bundler of
// the app may move the file.
const { spawnSync } = require('node:child_process');
const { readdirSync, readFileSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { build } = require('esbuild');

const OUTPUT = 'build/package';

const names = [
  'package.json',
  'imports/metallb.crds.json',
  ...readdirSync('lib', { recursive: true })
    .filter((name) => name.endsWith('.sh'))
    .map((name) => join('lib', name)),
];
const texts = Object.fromEntries(names.map((name) => [name, readFileSync(name, 'utf8')]));

/** Replaces lib/files/project.ts. */
const EMBEDDED = `const texts = ${JSON.stringify(texts)};
export function readProjectFile(path) {
  if (!Object.hasOwn(texts, path)) throw new Error(\`"\${path}" is not in this package; add it in scripts/package.js\`);
  return texts[path];
}
export const projectVersion = () => JSON.parse(texts['package.json']).version;`;

const embedFiles = {
  name: 'embed-files',
  setup: ({ onLoad }) => onLoad({ filter: /[/\\]lib[/\\]files[/\\]project\.ts$/ }, () => ({ contents: EMBEDDED })),
};

async function main() {
  rmSync(OUTPUT, { recursive: true, force: true });
  const types = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.package.json'], {
    stdio: 'inherit',
  });
  if (types.status !== 0) throw new Error('type check failed; see above');
  await build({
    entryPoints: ['lib/index.ts'],
    outfile: join(OUTPUT, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    // instanceof needs a single copy of the construct libraries in an app
    packages: 'external',
    plugins: [embedFiles],
    logLevel: 'warning',
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
