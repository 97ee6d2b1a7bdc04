import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Measured, measure, median } from './measure';

/*
 * Measures synth of a folder of sites as whole processes: npm run bench:fleet -- SITES. Every site has names and addresses of its own.
 * Exit status: 1 if a row exceeds its bound.
 */
const SITES = Number(process.argv[2] ?? 1000);
const HALF = SITES / 2;
/** Runs of a fleet that write all sites take minutes. */
const ROUNDS = Math.max(1, Math.round(3000 / SITES));
const SHORT_ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const template = readFileSync('cluster.yaml', 'utf8');
const siteText = (i: number, change: string): string =>
  template
    .replace('name: home', `name: site${i}`)
    .replaceAll('192.168.10.', `10.${64 + Math.floor(i / 256)}.${i % 256}.`)
    .replaceAll(/k3s-([123])\b/g, `s${i}-$1`) + change;
const writeSite = (fleet: string, i: number, change = '') =>
  writeFileSync(join(folder, fleet, `site${i}.yaml`), siteText(i, change));

for (const count of [HALF, SITES]) {
  mkdirSync(join(folder, `${count}`));
  for (let i = 0; i < count; i++) writeSite(`${count}`, i);
}
// it has the stamps
mkdirSync(join(folder, 'node_modules'));

function run(count: number): Measured {
  const command = `cd ${folder} && node ${resolve('build/package/cli.js')} synth --cluster ${count} --out out${count}`;
  return measure(command, join(folder, 'time'));
}

function anew(count: number): Measured {
  for (const name of [`out${count}`, 'node_modules/.cache'])
    rmSync(join(folder, name), { recursive: true, force: true });
  return run(count);
}

let failed = false;
function report(name: string, value: number, unit: string, bound: number, goal?: number): void {
  console.log(`| ${name} | ${value.toFixed(unit === '' ? 2 : 1)} ${unit} | ${bound} | ${goal ?? ''} |`);
  if (value <= bound) return;
  console.error(`${name}: ${value.toFixed(2)} ${unit} is above ${bound}`);
  failed = true;
}

const rounds = Array.from({ length: ROUNDS }, () => ({ half: anew(HALF), whole: anew(SITES) }));
const same = Array.from({ length: SHORT_ROUNDS }, () => run(SITES).wallMs);
const changed = Array.from({ length: SHORT_ROUNDS }, (_, round) => {
  writeSite(`${SITES}`, HALF, `# ${round}\n`);
  return run(SITES).wallMs;
});

console.log(
  `node ${process.version}, ${cpus().length} cores, ${SITES} sites, medians of ${ROUNDS} and ${SHORT_ROUNDS} rounds`,
);
console.log('| what | measured | bound | goal |\n| --- | ---: | ---: | ---: |');
const perSite = (of: (round: (typeof rounds)[number]) => number) => median(rounds.map(of));
const second = perSite(({ half, whole }) => (whole.cpuMs - half.cpuMs) / HALF);
report('each site of the second half, CPU', second, 'ms', 20, 5);
report('the same as a multiple of the first half', second / perSite(({ half }) => half.cpuMs / HALF), '', 1.1);
report(
  'all sites, wall clock',
  perSite(({ whole }) => whole.wallMs / 1000),
  's',
  SITES * 0.025,
);
report(
  'largest process',
  perSite(({ whole }) => whole.mebibytes),
  'MiB',
  300,
);
report('nothing has changed, wall clock', median(same) / 1000, 's', 2);
report('one site has changed, wall clock', median(changed) / 1000, 's', 2, 1);
process.exitCode = failed ? 1 : 0;
