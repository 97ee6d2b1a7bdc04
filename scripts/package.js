// What other apps get, for `npm pack`: lib/index.ts as one file in build/package/, and its types. Scripts and schemas are in it as texts,
// so that it also works where a bundler of the app has moved it somewhere else.
const { spawnSync } = require('node:child_process');
const { readdirSync, readFileSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { build } = require('esbuild');

const OUTPUT = 'build/package';

const names = [
  'imports/metallb.crds.json',
  ...readdirSync('lib', { recursive: true })
    .filter((name) => name.endsWith('.sh'))
    .map((name) => join('lib', name)),
];
const texts = Object.fromEntries(names.map((name) => [name, readFileSync(name, 'utf8')]));

/** In place of the module that reads these files below the project's folder. */
const EMBEDDED = `const texts = ${JSON.stringify(texts)};
export function readProjectFile(path) {
  if (!Object.hasOwn(texts, path)) throw new Error(\`"\${path}" is not in this package; scripts/package.js puts it there\`);
  return texts[path];
}`;

const embedFiles = {
  name: 'embed-files',
  setup: ({ onLoad }) => onLoad({ filter: /[/\\]lib[/\\]files[/\\]project\.ts$/ }, () => ({ contents: EMBEDDED })),
};

async function main() {
  rmSync(OUTPUT, { recursive: true, force: true });
  const types = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.package.json'], {
    stdio: 'inherit',
  });
  if (types.status !== 0) throw new Error('the types do not fit; see above');
  await build({
    entryPoints: ['lib/index.ts'],
    outfile: join(OUTPUT, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    // an app has these as well, and constructs of two copies do not know each other
    packages: 'external',
    plugins: [embedFiles],
    logLevel: 'warning',
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
