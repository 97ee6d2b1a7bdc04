import type { ClusterInput } from '../../../lib/cluster/schema';
import { cloudInit } from '../../../lib/machines/cloud-init';
import { seedFiles } from '../../../lib/machines/seed';
import { buildSite, serverAddOns } from '../../../lib/synth/app';
import { hostFiles } from '../../../lib/synth/hosts';
import { Network } from '../network';
import { type Scenario, seconds } from '../scenario';
import { CloudMachine } from './cloud-machine';
import { addressOf, controlPlaneSite, VIP } from './control-plane-lab';
import { Server } from './server';

const BOOT_MS = 90_000;
const TOKEN = '0123456789abcdef-of-the-drill';

/** First boot of an image with the seed of `npm run hosts`: cloud-init and systemd do the rest, up to a bootstrapped cluster. */
export async function boot(scenario: Scenario): Promise<void> {
  const nodes = ['k3s-1', 'k3s-2', 'k3s-3'].map((name, i) => {
    return { name, address: `10.98.0.${11 + i}`, role: 'server' as const, ups: 'ups1' };
  });
  const cluster = controlPlaneSite({ nodes, ups: [{ name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1' }] });
  const addOns = serverAddOns(cluster, buildSite(cluster).dist);
  const seed = seedFiles('cloud-init', { cluster, addOns, secrets: { token: TOKEN } });
  const named = (path: string) => seed.filter((file) => file.path === path);
  const network = new Network();
  const machine = new CloudMachine({
    scenario,
    hostname: 'k3s-1',
    address: '10.98.0.11',
    network,
    seed: [...named('server/user-data'), ...named('names/k3s-1/meta-data')],
  });
  // gives the vote that k3s-1 needs
  const files = hostFiles(cluster);
  const second = new Server({ name: 'k3s-2', address: addressOf(1), scenario, network, files });
  await network.start();
  try {
    await second.install();
    second.write('/etc/rancher/k3s/token', `${TOKEN}\n`, 0o600);
    await machine.install();
    for (const [name, text] of Object.entries(variants())) machine.write(`/root/${name}.yaml`, text);
    const started = scenario.timeline.now();
    await machine.boot();
    await scenario.reach('cloud-init finishes', BOOT_MS, async () => {
      return /status: (done|error)/.test(await machine.ask('cloud-init status'));
    });
    scenario.measure('cloud-init done after power-on', seconds(scenario.timeline.now() - started));
    await checkCloudInit(scenario, machine);
    await scenario.reach('k3s runs', 60_000, async () => (await machine.ask('systemctl is-active k3s')) === 'active');
    scenario.measure('cluster bootstrapped after power-on', seconds(scenario.timeline.now() - started));
    await checkBootstrap(scenario, machine, second);
    await checkRestart(scenario, machine, second);
  } finally {
    await machine.remove();
    await second.remove();
    await network.stop();
  }
}

/** user-data of other sites than the one that boots. */
function variants(): Readonly<Record<string, string>> {
  const nodes: ClusterInput['nodes'] = [
    { name: 'k3s-1', address: '10.98.0.11', role: 'server', ups: 'ups1' },
    { name: 'worker', address: '10.98.0.21', role: 'agent' },
  ];
  const ups = [{ name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1' }];
  const controlPlane = { vip: VIP, interface: 'eth0', provider: 'keepalived' as const };
  const cluster = controlPlaneSite({ nodes, ups, controlPlane });
  const secrets = { token: TOKEN, sshKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0 me@desk'] };
  const addOns = serverAddOns(cluster, buildSite(cluster).dist);
  return {
    'server-with-keepalived': cloudInit(cluster, 'server', addOns, secrets),
    agent: cloudInit(cluster, 'agent', {}, secrets),
    'server-without-secrets': cloudInit(cluster, 'server', addOns),
  };
}

async function checkCloudInit(scenario: Scenario, machine: CloudMachine): Promise<void> {
  const seed = '/var/lib/cloud/seed/nocloud/user-data';
  const schema = await machine.exec(`cloud-init schema --config-file ${seed}`);
  scenario.check('cloud-init schema accepts the user-data', schema.code === 0, schema.stdout.trim());
  for (const name of Object.keys(variants())) {
    const { code, stdout } = await machine.exec(`cloud-init schema --config-file /root/${name}.yaml`);
    scenario.check(`cloud-init schema accepts the user-data of: ${name}`, code === 0, stdout.trim());
  }
  // quotes of either kind around the mode
  const broken = `sed "s/permissions: .0600./permissions: 0600/" /root/agent.yaml >/root/broken.yaml`;
  scenario.check(
    'control: it refuses a mode that is not a string',
    (await machine.exec(`${broken}; cloud-init schema --config-file /root/broken.yaml`)).code !== 0,
  );
  const status = await machine.ask('cloud-init status --long');
  scenario.check('cloud-init reports no error', status.includes('status: done'), status.replaceAll('\n', ' '));
  const modes = await machine.ask('stat -c "%a %n" /etc/rancher/k3s/* /usr/local/sbin/k3s-ha');
  const expected = ['600 /etc/rancher/k3s/config.yaml', '600 /etc/rancher/k3s/token'];
  scenario.check(
    'only root can read the secrets',
    expected.every((line) => modes.includes(line)),
    modes.replaceAll('\n', ', '),
  );
  const token = await machine.ask('cat /etc/rancher/k3s/token');
  scenario.check('the token is on the host', token === TOKEN);
  const installed = await machine.ask('cat /var/lib/k3s-installed');
  scenario.check('k3s is installed at the version of the site', installed === 'v1.36.4+k3s1 server', installed);
}

async function checkBootstrap(scenario: Scenario, machine: CloudMachine, second: Server): Promise<void> {
  const life = await machine.ask('cat /var/lib/k3s-life');
  scenario.check(
    'systemd starts k3s with the file of k3s-ha in /run',
    life.startsWith('bootstrapped with /run/k3s-ha/init.yaml'),
    life.replaceAll('\n', ', '),
  );
  scenario.check('k3s-2 gave its vote', second.read('/run/k3s-ha/vote').startsWith('k3s-1@'));
  const status = await second.sh('k3s-ha status');
  scenario.check('the socket unit of systemd answers', /^k3s-1 .*: data, CA /m.test(status.stdout), status.stdout);
  scenario.check(
    'nothing of the bootstrap is left in /run',
    (await machine.ask('ls /run/k3s-ha')).indexOf('found') < 0,
  );
  const applied = await machine.ask('grep -c "kind: DaemonSet" /run/applied.yaml');
  scenario.check('kube-vip is applied', applied === '1', applied);
  const nodeIp = await machine.ask('cat /etc/rancher/k3s/config.yaml.d/40-node-ip.yaml');
  scenario.check('the node address is not the VIP', nodeIp.includes("node-ip: '10.98.0.11'"), nodeIp);
  const registered = await machine.ask('cat /var/lib/k3s-registered-with');
  scenario.check('the node registers with the label of its UPS', registered.includes('ups-device=ups1'), registered);
  const delay = await machine.ask(
    'busctl get-property org.freedesktop.login1 /org/freedesktop/login1 org.freedesktop.login1.Manager InhibitDelayMaxUSec',
  );
  scenario.check('logind lets the kubelet delay a shutdown for 45 s', delay === 't 45000000', delay);
}

async function checkRestart(scenario: Scenario, machine: CloudMachine, second: Server): Promise<void> {
  await machine.exec('systemctl restart k3s');
  const life = (await machine.ask('cat /var/lib/k3s-life')).split('\n');
  scenario.check(
    'the next start uses config.yaml',
    life.at(-1) === 'started with /etc/rancher/k3s/config.yaml',
    life.at(-1),
  );
  const bootstraps = life.filter((line) => line.startsWith('bootstrapped')).length;
  scenario.check('the cluster is bootstrapped once', bootstraps === 1);
  second.write('/var/lib/rancher/k3s/server/db/etcd/member/wal/0', '');
  await machine.exec('systemctl stop k3s; rm -rf /var/lib/rancher/k3s; systemctl start --no-block k3s');
  await scenario.pass('a rebuilt host beside a server with data', 14_000);
  const state = await machine.ask('systemctl show -p NRestarts -p ActiveState k3s');
  scenario.measure('rebuilt beside a server with data', state.replaceAll('\n', ' '));
  scenario.check('rebuilt: it waits and retries', /ActiveState=activating/.test(state), state);
  scenario.check('rebuilt: it does not bootstrap', (await machine.exec('test -e /var/lib/rancher/k3s')).code !== 0);
}
