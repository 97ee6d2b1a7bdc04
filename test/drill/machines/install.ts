import { appendFileSync } from 'node:fs';
import { readProjectFile } from '../../../lib/files/project';
import { type Scenario, seconds } from '../scenario';
import { type LabOptions, MachinesLab, type Ran } from './machines-lab';
import type { StockHost } from './stock-host';

const CHANGES = / (written|installed|copied|starts|enabled and started|created)\b|installing/;

/** The lines of a run that name a change on a host. */
const changesIn = ({ lines }: Ran): string[] =>
  lines.filter((line) => /^k3s-\d[.\w]*: (?!ok: |note: )/.test(line) && CHANGES.test(line));

export const ending = ({ status, lines }: Ran): string => `exit status ${status}: ${lines.slice(-3).join(' | ')}`;

/** Runs a scenario with three stock hosts that are off. */
export async function withLab(
  scenario: Scenario,
  body: (lab: MachinesLab, hosts: readonly StockHost[]) => Promise<void>,
  options: LabOptions = {},
) {
  const lab = new MachinesLab(scenario, options);
  try {
    await lab.start();
    const synth = await lab.run(['synth']);
    scenario.check('synth writes dist/ and hosts/', synth.status === 0, ending(synth));
    await body(lab, lab.hosts);
  } finally {
    await lab.stop();
  }
}

export async function isUntouched(host: StockHost): Promise<boolean> {
  return (await host.ask('ls -d /etc/rancher /usr/local/sbin/k3s-ha /usr/local/bin/k3s 2>/dev/null')) === '';
}

export async function checkCluster(scenario: Scenario, lab: MachinesLab): Promise<void> {
  const cas = await Promise.all(
    lab.hosts.map((host) => host.ask('sha256sum </var/lib/rancher/k3s/server/tls/server-ca.crt | cut -c 1-12')),
  );
  scenario.check('the servers have one cluster', new Set(cas).size === 1, cas.join(', '));
  for (const host of lab.hosts) {
    for (const which of ['run', 'start at boot'] as const) {
      const services = await host.services(which);
      const all = services === 'killpowerd k3s-ha k3s';
      scenario.check(`${host.hostname}: killpowerd, k3s-ha and k3s ${which}`, all, services);
    }
    const secrets = await host.ask('stat -c %a /etc/rancher/k3s/token; ls /run | grep install-k3s.');
    scenario.check(
      `${host.hostname}: the token is readable for root only, no copy is left`,
      secrets === '600',
      secrets,
    );
    if (host.openrc) continue;
    const delay = await host.ask(
      'busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager InhibitDelayMaxUSec',
    );
    scenario.check(`${host.hostname}: logind has its new setting`, delay === 't 45000000', delay);
  }
  const objects = lab.api.store.list('apps', 'daemonsets').map(({ metadata }) => metadata.name);
  scenario.check(
    'dist/ is applied',
    objects.includes('nut-primary') && objects.includes('speaker'),
    objects.join(', '),
  );
  const secrets = lab.api.store.list('', 'secrets').map(({ metadata }) => metadata.name);
  scenario.check('the Secret of NUT is there', secrets.includes('nut-users'), secrets.join(', '));
}

/** Three stock hosts become a cluster by one command. */
export async function install(scenario: Scenario): Promise<void> {
  await withLab(scenario, async (lab, hosts) => {
    await lab.boot(...hosts);
    const started = scenario.timeline.now();
    const ran = await lab.machines('install');
    scenario.check('one command installs three stock hosts', ran.status === 0, ending(ran));
    if (ran.status !== 0) return;
    scenario.measure('three stock hosts', {
      seconds: seconds(scenario.timeline.now() - started),
      commands: String(lab.commands),
    });
    await checkCluster(scenario, lab);
    const again = scenario.timeline.now();
    await changesNothing(scenario, lab);
    scenario.measure('run again', { seconds: seconds(scenario.timeline.now() - again) });
    const before = await lab.machines('status');
    scenario.check('status: every node is as in hosts/', before.status === 0, ending(before));

    hosts[1]?.write('/etc/rancher/k3s/k3s-ha.conf', 'CLUSTER=other\n');
    const after = await lab.machines('status');
    const names = after.lines.filter((line) => line.includes('differs from hosts/'));
    scenario.check(
      'status names the file that was changed',
      after.status === 2 && names.join() === 'k3s-2: /etc/rancher/k3s/k3s-ha.conf differs from hosts/',
      names.join(' | ') || ending(after),
    );
    await scenario.failsFirstAt('a second run changes nothing', (control) => changesNothing(control, lab));
    await changesNothing(scenario, lab);
    await upgrade(scenario, lab);
  });
}

const NEW = 'v1.36.5+k3s1';

/** k3s is upgraded, refused twice before and cut once. */
async function upgrade(scenario: Scenario, lab: MachinesLab): Promise<void> {
  const lives = () => Promise.all(lab.hosts.map((host) => host.ask('grep -c started /var/lib/k3s-life')));
  appendFileSync(lab.path('cluster.yaml'), `versions: { k3s: ${NEW} }\n`);
  await lab.run(['synth']);
  const before = await lives();
  lab.says('OL CHRG');
  lab.members('10.97.0.99');
  const strange = await lab.machines('upgrade');
  const named = strange.lines.some((line) => line.includes('no server of the site: not started at 10.97.0.99'));
  scenario.check('upgrade refuses a member of etcd that is no server', strange.status === 1 && named, ending(strange));
  lab.members();
  lab.says('OB DISCHRG');
  const onBattery = await lab.machines('upgrade');
  const battery = onBattery.lines.some((line) => line.startsWith('UPS ups1: OB DISCHRG'));
  scenario.check('upgrade refuses while the UPS is on battery', onBattery.status === 1 && battery, ending(onBattery));
  scenario.check('neither has restarted k3s', (await lives()).join() === before.join());
  lab.says('OL CHRG');
  const [, second] = lab.hosts;
  if (!second) throw new Error('the lab has three hosts');
  await lab.machines('upgrade', [], { at: 'k3s-2: k3s restarts', by: () => second.cutPower() });
  await lab.boot(second);
  const ran = await lab.machines('upgrade');
  scenario.check('upgrade continues after a power cut', ran.status === 0, ending(ran));
  const versions = await Promise.all(lab.hosts.map((host) => host.ask('k3s --version')));
  scenario.check(
    'every server has the new version',
    versions.every((one) => one.includes(NEW)),
    versions.join(', '),
  );
  const snapshot = await lab.hosts[0]?.ask('grep -n snapshot /var/lib/k3s-life | head -n 1');
  scenario.check('a snapshot was made before the first restart', snapshot === '2:snapshot', snapshot);
  const after = await lives();
  const again = await lab.machines('upgrade');
  scenario.check(
    'upgrade again restarts nothing',
    again.status === 0 && (await lives()).join() === after.join(),
    ending(again),
  );
}

export async function changesNothing(scenario: Scenario, lab: MachinesLab): Promise<void> {
  const ran = await lab.machines('install');
  const changes = changesIn(ran);
  scenario.check(
    'a second run changes nothing',
    ran.status === 0 && changes.length === 0,
    changes.join(' | ') || ending(ran),
  );
}

/** The installation is cut several times, by the person's computer and by power cuts of hosts. */
export async function cuts(scenario: Scenario): Promise<void> {
  await withLab(scenario, async (lab, hosts) => {
    const [first, second, third] = hosts;
    if (!first || !second || !third) throw new Error('the lab has three hosts');
    await lab.boot(first, second);
    const lonely = await lab.machines('install');
    scenario.check(
      'a host that is unreachable stops it before the first change',
      lonely.status === 1 && (await isUntouched(first)) && (await isUntouched(second)),
      ending(lonely),
    );
    scenario.check(
      'it names the hosts that can be installed',
      lonely.lines.at(-1)?.includes('k3s-1 k3s-2') === true,
      ending(lonely),
    );
    await lab.boot(third);
    third.release(readProjectFile('test/drill/scripts/get-k3s.sh'), 'another text');

    const powerCut = (host: StockHost) => async () => {
      await host.cutPower();
    };
    await lab.machines('install', [], { at: 'k3s-1: /etc/rancher/k3s/k3s-ha.conf written', by: powerCut(first) });
    await lab.boot(first);
    await lab.machines('install', [], { at: 'k3s-1: installing k3s' });
    await lab.machines('install', [], {
      at: 'k3s-2: /etc/systemd/system/killpowerd.service written',
      by: powerCut(second),
    });
    await lab.boot(second);
    await lab.machines('install', [], { at: 'k3s-2: installing k3s' });
    const wrong = await lab.machines('install');
    scenario.check(
      'an installer that differs from its checksum is not run',
      wrong.status === 1 && wrong.lines.some((line) => /install.sh differs from its checksum/.test(line)),
      ending(wrong),
    );
    scenario.check('it has installed nothing', (await third.ask('ls /usr/local/bin/k3s')).includes('No such file'));
    third.release(readProjectFile('test/drill/scripts/get-k3s.sh'));
    await lab.machines('install', [], { at: 'k3s-1: k3s starts' });
    await lab.machines('install', [], { at: 'k3s-1: ok: k3s runs' });
    const last = await lab.machines('install');
    scenario.check('the last run completes it', last.status === 0, ending(last));
    if (last.status === 0) await checkCluster(scenario, lab);
    await changesNothing(scenario, lab);
  });
}
