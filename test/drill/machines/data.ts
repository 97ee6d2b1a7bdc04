import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { Scenario } from '../scenario';
import { ending, withLab } from './install';
import type { MachinesLab } from './machines-lab';
import type { StockHost } from './stock-host';

const FOLDER = '/var/lib/rancher/k3s/server/db';
const SNAPSHOTS = `${FOLDER}/snapshots`;

/** Stores a value as the cluster does: on every server. */
async function store(hosts: readonly StockHost[], value: string): Promise<void> {
  const standIn = '/opt/drill/test/drill/scripts/k3s-stand-in.js /var/lib/rancher/k3s';
  for (const host of hosts) await host.ask(`NODE_PATH=/opt/drill/node_modules /opt/node ${standIn} write ${value}`);
}

interface Data {
  readonly values: readonly string[];
  readonly generation: unknown;
}

const dataOf = (host: StockHost): Data => JSON.parse(readFileSync(host.disk(`${FOLDER}/cluster.json`), 'utf8')) as Data;
const valuesOf = (host: StockHost): string => dataOf(host).values.join(', ') || 'nothing';
const snapshotsOf = (host: StockHost): string[] => readdirSync(host.disk(SNAPSHOTS));

function checkData(scenario: Scenario, what: string, hosts: readonly StockHost[], expected: string): void {
  const found = hosts.map(valuesOf);
  scenario.check(
    `${what}: every server has ${expected}`,
    found.every((one) => one === expected),
    found.join(' | '),
  );
  scenario.check(`${what}: there is one cluster`, new Set(hosts.map((host) => dataOf(host).generation)).size === 1);
}

async function checkRunning(scenario: Scenario, what: string, hosts: readonly StockHost[]): Promise<void> {
  const states = await Promise.all(
    hosts.map((host) => host.ask('echo $(systemctl is-active k3s) $(systemctl is-enabled k3s)')),
  );
  scenario.check(
    `${what}: k3s runs on all servers, also after a reboot`,
    states.every((one) => one === 'active enabled'),
    states.join(' | '),
  );
}

/** A cluster of three hosts, with a snapshot between two writes on the second. */
async function withSnapshot(
  scenario: Scenario,
  body: (lab: MachinesLab, hosts: readonly [StockHost, StockHost, StockHost], name: string) => Promise<void>,
): Promise<void> {
  await withLab(scenario, async (lab, hosts) => {
    const [first, second, third] = hosts;
    if (!first || !second || !third) throw new Error('the lab has three hosts');
    await lab.boot(...hosts);
    const installed = await lab.machines('install');
    if (installed.status !== 0) throw new Error(`install: ${ending(installed)}`);
    await store(hosts, 'kept');
    await second.ask('k3s etcd-snapshot save --name on-demand');
    await store(hosts, 'lost');
    const name = snapshotsOf(second).find((one) => one.startsWith('on-demand-')) ?? '';
    await body(lab, [first, second, third], name);
  });
}

/** A snapshot is listed, fetched and restored; the restore is cut by the person and by a power cut of a server with old data. */
export async function snapshots(scenario: Scenario): Promise<void> {
  await withSnapshot(scenario, async (lab, hosts, name) => {
    const [, second, third] = hosts;
    const listed = await lab.snapshots('list');
    const line = listed.lines.find((one) => one.startsWith(name));
    scenario.check('the list has it on its server', line?.includes('k3s-2') === true && listed.status === 0, line);
    const fetched = await lab.snapshots('fetch', name);
    const file = lab.path(`home-snapshots/${name}`);
    const sums = [file, second.disk(`${SNAPSHOTS}/${name}`)].map((one) =>
      createHash('sha256').update(readFileSync(one)).digest('hex'),
    );
    scenario.check(
      'the copy is the same, for its owner only',
      sums[0] === sums[1] && (statSync(file).mode & 0o777) === 0o600,
      ending(fetched),
    );

    checkData(scenario, 'before', hosts, 'kept, lost');
    await lab.snapshots('restore', name, ['--yes'], { at: `k3s-2: ${name} restored` });
    await third.cutPower();
    await lab.boot(third);
    const state = await third.ask('systemctl is-active k3s');
    scenario.check('a server with old data does not start it after a power cut', state === 'inactive', state);
    await third.ask('systemctl start k3s');
    const [old, fresh] = [dataOf(third), dataOf(second)];
    scenario.check(
      'control: started by hand it continues the old cluster',
      old.values.includes('lost') && old.generation !== fresh.generation,
      valuesOf(third),
    );
    const before = dataOf(second).generation;
    const started = scenario.timeline.now();
    const again = await lab.snapshots('restore', name, ['--yes']);
    scenario.check('run again, it completes', again.status === 0, ending(again));
    scenario.measure('restore, continued', `${Math.round((scenario.timeline.now() - started) / 1000)} s`);
    scenario.check('without a second reset', dataOf(second).generation === before);
    checkData(scenario, 'restored', hosts, 'kept');
    await checkRunning(scenario, 'restored', hosts);

    await store(hosts, 'later');
    const fromFile = await lab.snapshots('restore', file, ['--yes']);
    scenario.check('the fetched file is restored too', fromFile.status === 0, ending(fromFile));
    checkData(scenario, 'from the file', hosts, 'kept');
  });
}

/** The token is rotated, cut before the nodes have it; then a snapshot of the time before is restored with the old one. */
export async function token(scenario: Scenario): Promise<void> {
  await withSnapshot(scenario, async (lab, hosts, name) => {
    const [first, , third] = hosts;
    lab.says('OL CHRG');
    const old = readFileSync(lab.path('home.token'), 'utf8');
    await lab.machines('token', ['rotate'], { at: 'the cluster has the new token' });
    await third.ask('systemctl restart k3s');
    const log = await third.ask('journalctl -q -b -u k3s -o cat | grep -c "encrypted with different token"');
    scenario.check('control: k3s does not start with the old token any more', Number(log) > 0, log);
    // a person starts it again when the token is there; the unit retries by itself
    const ran = await lab.machines('token', ['rotate']);
    scenario.check('run again, it completes', ran.status === 0, ending(ran));
    const now = readFileSync(lab.path('home.token'), 'utf8');
    const installed = hosts.map((host) => readFileSync(host.disk('/etc/rancher/k3s/token'), 'utf8'));
    scenario.check('every node has the new token', now !== old && installed.every((one) => one === now));
    const backup = readdirSync(lab.folder).find((one) => /^home\.token\..*\.bak$/.test(one)) ?? '';
    scenario.check(
      'the old one is kept, and no third',
      readFileSync(lab.path(backup), 'utf8') === old && !existsSync(lab.path('home.token.new')),
    );
    checkData(scenario, 'rotated', hosts, 'kept, lost');
    await checkRunning(scenario, 'rotated', hosts);
    const after = snapshotsOf(first).some((one) => one.startsWith('after-token-'));
    scenario.check('there is a snapshot of the new token', after, snapshotsOf(first).join(', '));
    const logs = readFileSync(`${scenario.logFolder}/person.log`, 'utf8');
    scenario.check('no token is in the output', !logs.includes(old.trim()) && !logs.includes(now.trim()));

    const refused = await lab.snapshots('restore', name, ['--yes']);
    const said = refused.lines.some((one) => one.includes('give that of its time by --token-file'));
    scenario.check('the old snapshot is refused with the new token', refused.status === 1 && said, ending(refused));
    await checkRunning(scenario, 'refused', hosts);
    const restored = await lab.snapshots('restore', name, ['--yes', '--token-file', lab.path(backup)]);
    scenario.check('it is restored with the old one', restored.status === 0, ending(restored));
    checkData(scenario, 'with the old token', hosts, 'kept');
  });
}
