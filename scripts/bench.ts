import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { helmPath, kubectlPath } from '../test/support/kubectl';
import { type Measured, measure, median } from './measure';

/*
 * Measures synth as whole processes. Each round runs every row once, and a multiple is the median of ROUNDS multiples of bare node in the
 * same round, so that a load of the machine weighs on both. Every row overwrites its own folders. Exit status: 1 if a row exceeds its bound.
 */
const ROUNDS = 15;

interface Row {
  readonly name: string;
  readonly command: string;
  /** Maximum multiple of bare node. */
  readonly bound?: number;
  /** What is wanted, and not enforced: a multiple of bare node. */
  readonly goal?: number;
  /** Runs before each measured run, not measured. */
  readonly before?: () => void;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Programs that write the same files: from their texts, which is the limit for any program, and from plain objects. */
function programs(): Record<'bare' | 'limit' | 'yaml', string> {
  const objects = Object.fromEntries(
    readdirSync('dist').map((name) => [
      name,
      parseAllDocuments(readFileSync(join('dist', name), 'utf8')).map((d) => d.toJS() as unknown),
    ]),
  );
  const texts = Object.fromEntries(
    ['dist', 'hosts'].flatMap((top) =>
      readdirSync(top, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path, readFileSync(path, 'utf8')]),
    ),
  );
  writeFileSync(join(folder, 'objects.json'), JSON.stringify(objects));
  writeFileSync(join(folder, 'texts.json'), JSON.stringify(texts));
  const written = (name: string, code: string): string => {
    const program = join(folder, `${name}.js`);
    const read = (what: string) => `JSON.parse(readFileSync(${JSON.stringify(join(folder, what))}, 'utf8'))`;
    writeFileSync(
      program,
      `const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const texts = ${read('texts.json')};
const objects = () => ${read('objects.json')};
${code}
const fileOf = (path) => join(${JSON.stringify(join(folder, name))}, path);
for (const [path, text] of Object.entries(texts)) {
  mkdirSync(dirname(fileOf(path)), { recursive: true });
  writeFileSync(fileOf(path) + '.tmp', text);
}
for (const path of Object.keys(texts)) renameSync(fileOf(path) + '.tmp', fileOf(path));
`,
    );
    return program;
  };
  const bare = join(folder, 'bare.js');
  writeFileSync(bare, '');
  const yaml = `const { stringify } = require(${JSON.stringify(require.resolve('yaml'))});
for (const [name, list] of Object.entries(objects()))
  texts['dist/' + name] = list.map((object) => stringify(object, { version: '1.1', lineWidth: 0 })).join('---\\n');`;
  return { bare, limit: written('limit', ''), yaml: written('yaml', yaml) };
}

function helmChart(): string {
  const chart = join(folder, 'chart');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: site\nversion: 0.0.0\n');
  for (const name of readdirSync('dist')) {
    // braces are template actions
    const text = readFileSync(join('dist', name), 'utf8').replaceAll('{{', '{ {');
    writeFileSync(join(chart, 'templates', name), text);
  }
  return chart;
}

function kustomization(): string {
  const target = join(folder, 'kustomize');
  mkdirSync(target);
  for (const name of readdirSync('dist')) writeFileSync(join(target, name), readFileSync(join('dist', name)));
  writeFileSync(
    join(target, 'kustomization.yaml'),
    `resources:\n${readdirSync('dist')
      .map((name) => `  - ${name}\n`)
      .join('')}`,
  );
  return target;
}

const { bare, limit, yaml } = programs();
const outputs = (row: string): string => `CDK8S_OUTDIR=${folder}/${row}/dist HOSTS_OUTDIR=${folder}/${row}/hosts`;
const shipped = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { synth: string } }).scripts.synth;
const packaged = 'node build/package/cli.js';
const forget = () => rmSync('build/main.json', { force: true });
/** Each run of synth writes all files, unless it is the row where nothing has changed. */
const without = (row: string) => () => rmSync(join(folder, row), { recursive: true, force: true });
const site = join(folder, 'site.yaml');
const edit = () => writeFileSync(site, `${readFileSync('cluster.yaml', 'utf8')}# ${process.hrtime.bigint()}\n`);
edit();
const onLinux = process.platform === 'linux' && process.arch === 'x64';

const rows: Row[] = [
  { name: 'bare node', command: `node ${bare}` },
  { name: 'limit: node reads one file and writes the same files', command: `node ${limit}` },
  { name: 'node writes the same files with the yaml library', command: `node ${yaml}` },
  {
    name: `shipped command: ${shipped}`,
    command: `${outputs('shipped')} ${shipped}`,
    before: without('shipped'),
    bound: 2.5,
    goal: 1.5,
  },
  { name: `${shipped}, nothing has changed`, command: `${outputs('same')} ${shipped}`, bound: 1.5, goal: 1.2 },
  {
    name: 'package: power-safe-k3s synth',
    command: `${outputs('package')} ${packaged} synth`,
    before: without('package'),
    bound: 2.5,
    goal: 1.5,
  },
  {
    name: 'power-safe-k3s check, another text',
    command: `${packaged} check --cluster ${site}`,
    before: edit,
    bound: 2,
  },
  { name: 'power-safe-k3s check, nothing has changed', command: `${packaged} check`, bound: 1.5, goal: 1.2 },
  { name: 'shipped command after a change of code', command: `${outputs('changed')} ${shipped}`, before: forget },
  { name: 'npm run synth', command: `${outputs('npm')} npm run --silent synth`, before: without('npm') },
  {
    name: 'npx cdk8s synth',
    command: `HOSTS_OUTDIR=${folder}/cdk8s/hosts CDK8S_CHECK_UPGRADE=false npx cdk8s synth --output ${folder}/cdk8s/dist`,
  },
  ...(onLinux
    ? [
        { name: 'helm template, same objects', command: `${helmPath()} template site ${helmChart()}` },
        { name: 'kubectl kustomize, same objects', command: `${kubectlPath()} kustomize ${kustomization()}` },
      ]
    : []),
];

const rounds: Measured[][] = [];
for (let round = -1; round <= ROUNDS; round++) {
  process.stderr.write(
    `${process.stderr.isTTY ? '\r' : ''}round ${round} of ${ROUNDS}${process.stderr.isTTY ? '' : '\n'}`,
  );
  const measured = rows.map(({ command, before }) => {
    before?.();
    return measure(command, join(folder, 'time'));
  });
  // the first two warm the disk cache, and write what later ones find unchanged
  if (round > 0) rounds.push(measured);
}

const each = (row: number, value: (of: Measured, bare: Measured) => number): number[] =>
  rounds.map((round) => {
    const [of, bareNode] = [round[row], round[0]];
    return of && bareNode ? value(of, bareNode) : Number.NaN;
  });

console.log(`\nmedians of ${ROUNDS} rounds, node ${process.version}, ${cpus().length} cores`);
console.log('| what | wall, ms | CPU, ms | wall, multiple of bare node | bound | goal | peak, MiB |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const [i, { name, bound, goal }] of rows.entries()) {
  const factor = median(each(i, (of, bareNode) => of.wallMs / bareNode.wallMs));
  const [wall, cpu] = [median(each(i, ({ wallMs }) => wallMs)), median(each(i, ({ cpuMs }) => cpuMs))];
  const memory = Math.max(...each(i, ({ mebibytes }) => mebibytes));
  const cells = [name, wall.toFixed(0), cpu.toFixed(0), factor.toFixed(1), bound ?? '', goal ?? '', memory.toFixed(0)];
  console.log(`| ${cells.join(' | ')} |`);
  if (bound !== undefined && !(factor <= bound)) {
    console.error(`${name}: ${factor.toFixed(1)} x bare node is above ${bound}`);
    process.exitCode = 1;
  }
}
