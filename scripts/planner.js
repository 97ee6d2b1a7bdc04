// `npm run planner`: bundles planner/ and the lib/ behind it into planner/index.html, one file that needs no network.
const { createHash } = require('node:crypto');
const { writeFileSync } = require('node:fs');
const { gzipSync } = require('node:zlib');
const { build } = require('esbuild');
const { embedFiles } = require('./embedded');
const { PROCESS, standIns } = require('./planner-stand-ins');
const { usedObjects } = require('./used-objects');

const PAGE = 'planner/index.html';

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const page = (policy, style, script) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>Planner of power-safe-k3s</title>
<style>${style}</style>
<body>
<noscript>This page needs JavaScript. It sends nothing.</noscript>
<script>${script}</script>
</body>
</html>
`;

async function main() {
  const { outputFiles } = await build({
    entryPoints: ['planner/main.ts', 'planner/style.css'],
    bundle: true,
    write: false,
    outdir: 'build',
    format: 'iife',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    // as in scripts/build.js
    alias: { yaml: './node_modules/yaml' },
    plugins: [standIns, embedFiles, usedObjects],
    banner: { js: PROCESS },
    logLevel: 'warning',
  });
  const [script, style] = ['.js', '.css'].map((end) => outputFiles.find(({ path }) => path.endsWith(end)).text);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const text = page(policy, style, script);
  writeFileSync(PAGE, text);
  console.log(`${PAGE}: ${kilobytes(text.length)}, ${kilobytes(gzipSync(text, { level: 9 }).length)} compressed`);
}

const kilobytes = (bytes) => `${Math.ceil(bytes / 1000)} kB`;

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
