import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { helmPath, kubectlPath } from '../test/support/kubectl';

/*
 * Measures synth as whole processes: medians of RUNS, and multiples of the floor, a node process that writes the same files from plain
 * objects with the yaml library. Every row overwrites its own folders. Exit status: 1 if a row exceeds its bound.
 */
const RUNS = 9;
const SITES = 100;

interface Row {
  readonly name: string;
  readonly command: string;
  /** Maximum multiple of the floor. */
  readonly bound?: number;
  /** Runs before each measured run, not measured. */
  readonly before?: () => void;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A program that writes the same files from plain objects. */
function floorProgram(): string {
  const objects = Object.fromEntries(
    readdirSync('dist').map((name) => [
      name,
      parseAllDocuments(readFileSync(join('dist', name), 'utf8')).map((d) => d.toJS() as unknown),
    ]),
  );
  const texts = Object.fromEntries(
    readdirSync('hosts', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, 'utf8')]),
  );
  writeFileSync(join(folder, 'site.json'), JSON.stringify({ objects, texts }));
  const program = join(folder, 'floor.js');
  writeFileSync(
    program,
    `const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { stringify } = require(${JSON.stringify(require.resolve('yaml'))});
const { objects, texts } = JSON.parse(readFileSync(${JSON.stringify(join(folder, 'site.json'))}, 'utf8'));
const options = { version: '1.1', lineWidth: 0 };
const write = (path, text) => { const file = join(${JSON.stringify(folder)}, path); mkdirSync(dirname(file), { recursive: true }); writeFileSync(file, text); };
for (const [name, list] of Object.entries(objects)) write('dist/' + name, list.map((object) => stringify(object, options)).join('---\\n'));
for (const [name, text] of Object.entries(texts)) write(name, text);
`,
  );
  return program;
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

function manySites(): string {
  const target = join(folder, 'sites');
  mkdirSync(target);
  const text = readFileSync('cluster.yaml', 'utf8');
  for (let i = 0; i < SITES; i++)
    writeFileSync(join(target, `site${i}.yaml`), text.replace('name: home', `name: site${i}`));
  return target;
}

if (spawnSync('/usr/bin/time', ['--version']).error) {
  console.error('GNU time is missing; run apt-get install time');
  process.exit(2);
}

const outputs = (row: string): string => `CDK8S_OUTDIR=${folder}/${row}/dist HOSTS_OUTDIR=${folder}/${row}/hosts`;
const shipped = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { synth: string } }).scripts.synth;
const forget = () => rmSync('build/main.sources', { force: true });
const onLinux = process.platform === 'linux' && process.arch === 'x64';

const rows: Row[] = [
  { name: 'floor: node writes the same files with yaml', command: `node ${floorProgram()}` },
  { name: 'shipped command, code unchanged', command: `${outputs('shipped')} sh -c '${shipped}'`, bound: 5 },
  {
    name: 'shipped command after a change of code',
    command: `${outputs('changed')} sh -c '${shipped}'`,
    before: forget,
  },
  { name: 'without type check: node build/main.js', command: `${outputs('bundle')} node build/main.js`, bound: 2.5 },
  { name: 'npm run synth', command: `${outputs('npm')} npm run --silent synth` },
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
  {
    name: `${SITES} sites: node build/main.js`,
    command: `CLUSTER=${manySites()} ${outputs('many')} node build/main.js`,
  },
];

/** Wall clock time of a command in ms, and peak memory of its largest process in MiB. */
function measure({ command, before }: Row): { milliseconds: number; mebibytes: number } {
  before?.();
  const report = join(folder, 'time');
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', '%M', '-o', report, 'sh', '-c', command], {
    encoding: 'utf8',
  });
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`"${command}" ended with ${status}: ${stderr}`);
  return { milliseconds, mebibytes: Number(readFileSync(report, 'utf8').trim()) / 1024 };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const results = rows.map(() => [] as ReturnType<typeof measure>[]);
for (let run = 0; run <= RUNS; run++) {
  process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}run ${run} of ${RUNS}${process.stderr.isTTY ? '' : '\n'}`);
  for (const [i, row] of rows.entries()) {
    const result = measure(row);
    // the first run warms the disk cache
    if (run > 0) results[i]?.push(result);
  }
}

const medians = results.map((runs) => median(runs.map(({ milliseconds }) => milliseconds)));
const floor = medians[0] ?? Number.NaN;
console.log(`\nmedians of ${RUNS} runs, node ${process.version}, ${cpus().length} cores`);
console.log('| what | ms | x floor | bound | peak MiB of its largest process |\n| --- | ---: | ---: | ---: | ---: |');
for (const [i, { name, bound }] of rows.entries()) {
  const memory = Math.max(...(results[i] ?? []).map(({ mebibytes }) => mebibytes));
  const factor = (medians[i] ?? Number.NaN) / floor;
  console.log(`| ${name} | ${medians[i]?.toFixed(0)} | ${factor.toFixed(1)} | ${bound ?? ''} | ${memory.toFixed(0)} |`);
  if (bound !== undefined && !(factor <= bound)) {
    console.error(`${name}: ${factor.toFixed(1)} x the floor is above ${bound}`);
    process.exitCode = 1;
  }
}
