import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readProjectFile } from '../../../lib/files/project';
import type { Scenario } from '../scenario';
import { changesNothing, checkCluster, ending, isUntouched, withLab } from './install';
import type { MachinesLab, Ran } from './machines-lab';
import type { StockHost } from './stock-host';

/** The operating systems of the three hosts. */
export const OTHER_SYSTEMS = ['ufw-stock', 'stock@trixie', 'openrc-stock'] as const;
const OLD = 'v1.36.4+k3s1';
const NEW = 'v1.36.5+k3s1';
const OWN_FILE = '/etc/rancher/k3s/config.yaml.d/90-own.yaml';
const IMAGES = 'k3s-airgap-images-amd64.tar.zst';

/** Writes a release of k3s for hosts without internet access to the computer. Returns the option for it. */
function release(lab: MachinesLab, version: string): string[] {
  const files = {
    k3s: `${readProjectFile('test/drill/scripts/k3s-stock.sh')}# ${version}\n`,
    'install.sh': readProjectFile('test/drill/scripts/get-k3s.sh'),
    [IMAGES]: 'images',
  };
  const sum = (text: string) => createHash('sha256').update(text).digest('hex');
  mkdirSync(lab.path('release'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(lab.path(`release/${name}`), text);
  writeFileSync(lab.path('release/sha256sum-amd64.txt'), `${sum(files.k3s)}  k3s\n${sum('images')}  ${IMAGES}\n`);
  writeFileSync(lab.path('release/install.sh.sha256sum'), `${sum(files['install.sh'])}  install.sh\n`);
  return ['--k3s-binary', lab.path('release/k3s')];
}

/** Restarts k3s, which k3s-ha has to let through. */
async function startsByK3sHa(scenario: Scenario, host: StockHost): Promise<void> {
  const starts = async () => Number(await host.ask('grep -c "^k3s-ha: START" /var/log/k3s.log'));
  const lives = async () => Number(await host.ask('grep -c started /var/lib/k3s-life'));
  const before = [await starts(), await lives()] as const;
  await host.exec('rc-service k3s restart');
  await scenario.wait('k3s is started', 30_000, async () => (await lives()) > before[1]);
  scenario.check('OpenRC starts k3s by k3s-ha', (await starts()) === before[0] + 1);
}

const refusal = (scenario: Scenario, what: string, ran: Ran, line: RegExp): void =>
  scenario.check(what, ran.status === 1 && ran.lines.some((one) => line.test(one)), ending(ran));

/** Three hosts of other systems, of which none has internet access, become a cluster. */
export async function systems(scenario: Scenario): Promise<void> {
  await withLab(
    scenario,
    async (lab, hosts) => {
      const [ufwHost, , openrc] = hosts;
      if (!ufwHost || !openrc) throw new Error('the lab has three hosts');
      for (const host of hosts) rmSync(host.disk('/usr/local/share/github'), { recursive: true });
      ufwHost.sudo('ALL');
      await lab.boot(...hosts);
      for (const host of hosts)
        scenario.measure(host.hostname, await host.ask('. /etc/os-release; echo "$PRETTY_NAME"'));
      await refusals(scenario, lab, ufwHost);

      const offline = release(lab, OLD);
      writeFileSync(lab.path(`release/${IMAGES}`), 'damaged');
      const damaged = await lab.machines('install', offline);
      refusal(scenario, 'images that differ from their checksum are not copied', damaged, /no checksum beside it/);
      release(lab, OLD);
      const ran = await lab.machines('install', offline);
      scenario.check('one command installs three systems without internet access', ran.status === 0, ending(ran));
      if (ran.status !== 0) return;
      await checkCluster(scenario, lab);
      for (const host of hosts) {
        const images = await host.ask(`cat /var/lib/rancher/k3s/agent/images/${IMAGES}`);
        scenario.check(`${host.hostname}: k3s has its images`, images === 'images', images);
      }
      openrc.write(OWN_FILE, 'kubelet-arg+: max-pods=50\n');
      await changesNothing(scenario, lab);
      const printed = await lab.run(['machines', 'install', 'k3s-3', '--print']);
      openrc.write('/root/k3s-3.sh', `${printed.lines.join('\n')}\n`);
      const byHand = await openrc.ask('sh /root/k3s-3.sh check install start await | tail -n 1');
      scenario.check('the printed script finds everything done', /k3s-3: ok: k3s runs/.test(byHand), byHand);
      const status = await lab.machines('status');
      scenario.check('status: every node is as in hosts/', status.status === 0, ending(status));

      await openrc.cutPower();
      await lab.boot(openrc);
      await scenario.reach('OpenRC starts everything at boot', 60_000, async () => {
        const api = await openrc.exec('k3s kubectl get --raw=/readyz');
        return api.code === 0 && (await openrc.services('run')) === 'killpowerd k3s-ha k3s';
      });
      await startsByK3sHa(scenario, openrc);
      await upgrade(scenario, lab, offline);
      const own = await openrc.ask(`cat ${OWN_FILE}`);
      scenario.check('a file of the person in config.yaml.d stays', own === 'kubelet-arg+: max-pods=50', own);
      await scenario.failsFirstAt('OpenRC starts k3s by k3s-ha', async (control) => {
        await openrc.exec('rm /etc/conf.d/k3s');
        await startsByK3sHa(control, openrc);
      });
    },
    { systems: OTHER_SYSTEMS, second: 'k3s-2.home.arpa' },
  );
}

/** What is refused before the first change, each with its cure, which is applied. */
async function refusals(scenario: Scenario, lab: MachinesLab, ufwHost: StockHost): Promise<void> {
  const password = await lab.machines('install');
  refusal(scenario, 'a sudo that asks for a password is refused', password, /k3s-1 .*allow the user sudo without a/);
  ufwHost.sudo('NOPASSWD: ALL');

  await ufwHost.exec('ufw allow OpenSSH && ufw --force enable');
  const blocked = await lab.machines('install');
  refusal(scenario, 'a closed firewall is refused', blocked, /k3s-1 .* drops packets to .*; open it in its firewall/);
  const cures = blocked.lines.flatMap((line) => /^k3s-1: note: ufw .*; run (ufw .*)$/.exec(line)?.slice(1) ?? []);
  scenario.check('each network of the pods is named with its cure', cures.length === 2, cures.join(', '));
  for (const cure of [...cures, 'ufw allow from 10.97.0.0/24']) await ufwHost.exec(cure);

  const planned = await lab.machines('install', ['--dry-run']);
  const plans = planned.lines.filter((line) => line === 'k3s-3: would install k3s v1.36.4+k3s1').length;
  const untouched = (await Promise.all(lab.hosts.map(isUntouched))).every(Boolean);
  scenario.check('--dry-run shows what would change and changes nothing', plans === 1 && untouched, ending(planned));

  const unreached = await lab.machines('install');
  refusal(scenario, 'a host without internet access is refused', unreached, /cannot fetch .*, or give --k3s-binary/);
}

async function upgrade(scenario: Scenario, lab: MachinesLab, offline: readonly string[]): Promise<void> {
  appendFileSync(lab.path('cluster.yaml'), `versions: { k3s: ${NEW} }\n`);
  await lab.run(['synth']);
  lab.says('OL CHRG');
  lab.members();
  release(lab, NEW);
  const ran = await lab.machines('upgrade', offline);
  const versions = await Promise.all(lab.hosts.map((host) => host.ask('k3s --version')));
  const all = versions.every((one) => one.includes(NEW));
  scenario.check('upgrade without internet access reaches every server', ran.status === 0 && all, ending(ran));
}
