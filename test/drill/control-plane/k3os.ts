import { KILLPOWERD } from '../../../lib/machines/killpower';
import { K3S_HA_PORT } from '../../../lib/releases';
import { hostFiles } from '../../../lib/synth/hosts';
import { K3S, K3S_SERVICE } from '../k3os/services';
import { Network } from '../network';
import { run } from '../processes';
import { type Scenario, seconds } from '../scenario';
import { addressOf, controlPlaneSite, VIP } from './control-plane-lab';
import { K3osServer } from './k3os-server';

const TOKEN = '0123456789abcdef-of-the-drill';
const BOOT_MS = 60_000;
const JOIN_URL = `https://${VIP}:6443`;

/** The synthesized k3OS files of this site. */
interface Files {
  readonly server: string;
  /** Of k3s-1 only, by its name in config.d. */
  readonly ups: Readonly<Record<string, string>>;
  /** The addition of hosts/README.md to the boot menu for the first start. */
  readonly firstStart: string;
  /** The listener of k3s-ha for hosts with OpenRC, which k3OS does not need. */
  readonly listener: readonly (readonly [path: string, text: string, mode: number])[];
}

function synthesized(): Files {
  const nodes = [0, 1, 2].map(
    (i) => ({ name: `k3s-${i + 1}`, address: addressOf(i), role: 'server', ups: 'ups1' }) as const,
  );
  const files = hostFiles(controlPlaneSite({ nodes, ups: [{ name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1' }] }));
  const textOf = (path: string): string => {
    const text = files.get(path);
    if (text === undefined) throw new Error(`synth writes no hosts/${path}`);
    return text;
  };
  const [, firstStart] = /^## k3OS\n[\s\S]*?```sh\n(.*)\n```/m.exec(textOf('README.md')) ?? [];
  if (firstStart === undefined) throw new Error('hosts/README.md has no boot menu line for k3OS');
  return {
    server: textOf('k3os/server.yaml'),
    ups: { '20-ups.yaml': textOf('nodes/k3s-1/k3os.yaml') },
    firstStart,
    listener: [
      ['/usr/local/sbin/k3s-ha', textOf('server/k3s-ha'), 0o755],
      ['/etc/rancher/k3s/k3s-ha.conf', textOf('server/k3s-ha.conf'), 0o644],
      ['/etc/rancher/k3s/token', `${TOKEN}\n`, 0o600],
      ['/etc/init.d/k3s-ha', textOf('server/k3s-ha.openrc'), 0o755],
    ],
  };
}

/** k3os/server.yaml from the first boot on: wait, bootstrap from the boot menu, reboot, join, and a new disk for the first server. And the listener for OpenRC. */
export async function k3os(scenario: Scenario): Promise<void> {
  const files = synthesized();
  const network = new Network();
  const server = (i: number) => new K3osServer({ scenario, hostname: `k3s-${i + 1}`, address: addressOf(i), network });
  const [one, two] = [server(0), server(1)];
  await network.start();
  try {
    await one.installWith(files.server, files.ups);
    await withoutCluster(scenario, one);
    const cluster = await bootstrapping(scenario, one, files);
    await one.takeVip();
    await two.installWith(files.server);
    await joining(scenario, two, cluster);
    await listening(scenario, two, files);
    await rebuilding(scenario, one, two, files, cluster);
  } finally {
    await one.remove();
    await two.remove();
    await network.stop();
  }
}

async function withoutCluster(scenario: Scenario, one: K3osServer): Promise<void> {
  await one.powerOn();
  await scenario.reach(
    'k3s waits for the token',
    BOOT_MS,
    () => one.times('Waiting for /var/lib/rancher/k3os/token') > 0,
  );
  scenario.check('it does not bootstrap without the token', one.cluster() === undefined);
  const killpowerd = one.supervisorOf('killpowerd', KILLPOWERD);
  const k3s = one.supervisorOf(K3S_SERVICE, K3S);
  scenario.check(
    'supervise-daemon runs killpowerd and started before that of k3s',
    killpowerd !== undefined && k3s !== undefined && killpowerd < k3s,
    `process ${killpowerd} and ${k3s}`,
  );
  scenario.check(
    'the label of nodes/k3s-1/k3os.yaml is among the arguments of k3s',
    one.said().some((line) => line.startsWith('starts with') && line.includes(' --node-label ups-device=ups1')),
  );
  one.putToken(TOKEN);
  await scenario.reach('with the token but no cluster, k3s exits with an error and restarts', BOOT_MS, () => {
    return one.times(`cannot join ${JOIN_URL}`) >= 2;
  });
  scenario.check('it does not bootstrap without a cluster', one.cluster() === undefined);
}

/** Returns the cluster. */
async function bootstrapping(scenario: Scenario, one: K3osServer, { firstStart }: Files): Promise<string> {
  await one.cutPower();
  const at = scenario.timeline.now();
  await one.powerOn(firstStart);
  await scenario.reach('it bootstraps with the boot menu line of hosts/README.md', BOOT_MS, () => {
    return one.cluster() !== undefined;
  });
  scenario.measure('bootstrapped after power-on', seconds(scenario.timeline.now() - at));
  const expected = `starts with: ${firstStart.replaceAll('k3os.k3s_args=', '')} --node-label`;
  scenario.check('k3s has the arguments of that line and the labels', one.times(expected) === 1, one.said()[0]);
  const cluster = one.cluster() ?? '';

  await one.cutPower();
  await one.powerOn();
  await scenario.reach('the next boot, without that line, continues with the data', BOOT_MS, () => {
    return one.times(`continues with ${cluster}`) > 0;
  });
  scenario.check('that boot does not bootstrap', one.times('bootstraps') === 0 && one.cluster() === cluster);
  scenario.check(
    'nothing of the boot menu line is left',
    one.times(`starts with: server --server=${JOIN_URL} `) === 1 && !one.config.includes('--cluster-init'),
    one.said()[0],
  );
  return cluster;
}

async function joining(scenario: Scenario, two: K3osServer, cluster: string): Promise<void> {
  two.putToken(TOKEN);
  await two.powerOn();
  await scenario.reach('another server with the same file joins through the VIP', BOOT_MS, () => {
    return two.times(`joins ${cluster} through ${JOIN_URL}`) > 0;
  });
}

/** The service for other hosts with OpenRC. */
async function listening(scenario: Scenario, two: K3osServer, { listener }: Files): Promise<void> {
  for (const [path, text, mode] of listener) two.write(path, text, mode);
  // as on Alpine
  const started = await two.exec('ln -sf /bin/busybox /usr/local/bin/ip; rc-service k3s-ha start 2>&1');
  scenario.check('OpenRC starts the listener of k3s-ha', started.code === 0, started.stdout.trim());
  const inside = ['nsenter', `--net=/proc/${two.pid}/ns/net`] as const;
  const question = ['curl', '-s', '--max-time', '10', '-o', '/dev/null', '-w', '%{http_code}'] as const;
  const [program, ...args] = [...inside, ...question, `http://127.0.0.1:${K3S_HA_PORT}/`];
  await scenario.reach('it rejects a question without a signature', 20_000, async () => {
    return (await run(program, args)).stdout === '403';
  });
}

async function rebuilding(scenario: Scenario, one: K3osServer, two: K3osServer, files: Files, cluster: string) {
  await one.cutPower();
  await two.takeVip();
  one.replaceDisk(files.server, files.ups);
  one.putToken(TOKEN);
  scenario.check(
    'the first server with a new disk has the same file as the other, byte for byte',
    one.config === two.config,
  );
  await one.powerOn();
  await scenario.reach('the first server joins', BOOT_MS, () => one.times(`joins ${cluster} through ${JOIN_URL}`) > 0);
  scenario.check('it does not bootstrap', one.times('bootstraps') === 0 && one.cluster() === cluster);

  await one.cutPower();
  one.replaceDisk(withClusterInit(files.server));
  one.putToken(TOKEN);
  await one.powerOn();
  await scenario.reach(
    'control: with --cluster-init in the file it bootstraps',
    BOOT_MS,
    () => one.times('bootstraps') > 0,
  );
  scenario.check('control: there are two clusters', two.cluster() === cluster && one.cluster() !== cluster);
}

/** The file as in the notes for the first computer. */
function withClusterInit(server: string): string {
  const argument = `- --server=${JOIN_URL}\n`;
  if (!server.includes(argument)) throw new Error(`k3os/server.yaml has no "${argument.trim()}"`);
  return server.replace(argument, '- --cluster-init\n');
}
