import type { Scenario } from '../scenario';
import { type ControlPlaneLab, VIP, withControlPlane } from './control-plane-lab';
import type { Server, Tools } from './server';

/** Time for servers to decide when nothing more happens. */
const DECIDE_MS = 60_000;

/** Checks decisions and counts clusters; never more than one. */
class Course {
  constructor(
    readonly scenario: Scenario,
    readonly lab: ControlPlaneLab,
  ) {}

  /** Checks the exit status and the line of `k3s-ha start` on a server that starts k3s. */
  async decides(when: string, server: Server, code: number, word: RegExp): Promise<void> {
    const verdict = await server.systemctl('start');
    const what = `${when}: ${server.name}`;
    this.scenario.measure(what, `${verdict.line.slice(0, 60)} (${verdict.code})`);
    this.scenario.check(what, verdict.code === code && word.test(verdict.line), `${verdict.code}: ${verdict.line}`);
  }

  /** All servers start until they run; there is one cluster. */
  async ends(how: string, id?: string): Promise<void> {
    await Promise.all(this.lab.servers.map((server) => server.keepStarting(DECIDE_MS)));
    const clusters = this.lab.clusters();
    this.scenario.check(
      `${how}: all servers end in one cluster`,
      clusters.length === 1 &&
        (id === undefined || clusters[0] === id) &&
        this.lab.servers.every((server) => server.cluster() !== undefined),
      clusters.join(),
    );
    for (const server of this.lab.servers) await server.wipe();
  }
}

const inLab =
  (body: (course: Course, servers: ControlPlaneLab['servers']) => Promise<void>) =>
  (tools: Tools) =>
  (scenario: Scenario) =>
    withControlPlane({ scenario, tools }, (lab) => body(new Course(scenario, lab), lab.servers));

/** Three days on which the absence of an answer was taken for the absence of a cluster. */
export const days = inLab(async (course, servers) => {
  const [one, two, three] = servers;

  const first = await course.lab.bootstrap();
  await one.reinstall();
  await two.kill();
  await three.kill();
  await course.decides('new disk, the others run no k3s yet', one, 1, /^WAIT .* systemctl start k3s on k3s-2, k3s-3$/);
  for (const server of [two, three]) await server.cable.pull();
  // the kernel still has their MAC addresses; a host that has just booted does not
  await one.sh('ip neigh flush all');
  await course.decides('new disk, the others are off', one, 1, /^WAIT 2 of 3 servers have to say .*; power on k3s-2 /);
  for (const server of [two, three]) await server.cable.plug();
  const crashing = two.background('while :; do systemctl restart k3s; sleep 0.3; systemctl stop k3s; done');
  const { line } = await one.ha('start');
  course.scenario.check('new disk, the others crash: it waits or joins', /^(WAIT|JOIN) /.test(line), line);
  await crashing.kill();
  await two.kill();
  const never = await one.ha('init', '--never-existed');
  course.scenario.check('init --never-existed does not bootstrap either', never.code !== 0, never.line);
  await course.ends('new disk', first);

  await one.firewall('-A');
  await course.decides('firewall from the start', one, 2, /^REFUSE k3s-2 cannot connect to this host; open 2378/);
  await course.decides('firewall from the start', two, 2, /^REFUSE k3s-1 .* drops packets/);
  await one.firewall('-D');
  await course.ends('firewall');

  await one.keepStarting(DECIDE_MS);
  await one.firewall('-A');
  for (const server of [two, three]) {
    await server.wipe();
    await course.decides('firewall after the bootstrap, votes lost', server, 2, /^REFUSE k3s-1 .* drops packets/);
  }
  await one.firewall('-D');
  await course.ends('firewall after the bootstrap');
});

/** Negative control: the same with the old mechanism, for which a missing answer meant that there is no cluster. It makes a second one. */
export const daysControl = inLab(async ({ scenario, lab }, [one, two, three]) => {
  const old = (text: string) =>
    text.replace(/^ {2}answers=.*$/m, "  answers=''").replace(/^ {2}needed=.*$/m, '  needed=1');
  await lab.bootstrap();
  for (const server of [two, three]) await server.kill();
  await one.reinstall();
  one.write('/usr/local/sbin/k3s-ha', old(one.read('/usr/local/sbin/k3s-ha')), 0o755);
  await one.systemctl('start');
  scenario.measure('clusters after a new disk', String(lab.clusters().length));
  scenario.check('control: a new disk makes a second cluster', lab.clusters().length === 2);

  for (const server of lab.servers) await server.wipe();
  await one.firewall('-A');
  await one.systemctl('start');
  two.write('/usr/local/sbin/k3s-ha', one.read('/usr/local/sbin/k3s-ha'), 0o755);
  await two.systemctl('start');
  scenario.measure('clusters behind a firewall', String(lab.clusters().length));
  scenario.check('control: a firewall makes a second cluster', lab.clusters().length === 2);
});

/** Servers that are not connected to each other, come back with old data, or are named and addressed wrongly. */
export const faults = inLab(async (course, servers) => {
  const [one, two, three] = servers;

  await one.drop('-A', three);
  await three.drop('-A', one);
  await course.decides('k3s-1 and k3s-3 not connected', three, 2, /^REFUSE k3s-1 .* drops packets/);
  await one.drop('-D', three);
  await three.drop('-D', one);
  await course.ends('non-transitive partition');

  await two.drop('-A', one);
  await course.decides('k3s-2 receives nothing of k3s-1', one, 2, /^REFUSE k3s-2 .* drops packets/);
  await two.drop('-D', one);
  await course.ends('partition in one direction');

  await three.cable.pull();
  await one.sh('ip neigh flush all');
  await one.keepStarting(DECIDE_MS);
  course.scenario.check('two of three bootstrap', one.cluster() !== undefined);
  await one.cable.pull();
  await three.cable.plug();
  await course.decides('the server with the cluster is lost', three, 1, /^WAIT k3s-1 has the vote of k3s-2/);
  await one.cable.plug();
  await course.ends('lost after the votes');

  const old = await course.lab.bootstrap();
  const disk = one.read('/var/lib/rancher/k3s/server/db/cluster.json');
  const ca = one.read('/var/lib/rancher/k3s/server/tls/server-ca.crt');
  for (const server of servers) await server.wipe();
  const now = await course.lab.bootstrap();
  course.scenario.check('the site has a new cluster', now !== old);
  await one.kill();
  one.write('/var/lib/rancher/k3s/server/db/cluster.json', disk);
  one.write('/var/lib/rancher/k3s/server/tls/server-ca.crt', ca);
  await course.decides('an old disk beside the new cluster', one, 2, /^REFUSE this host has data of the CA .* run mv /);
  await one.sh('mv /var/lib/rancher/k3s/server /var/lib/rancher/k3s/server.old');
  await course.ends('the line of that refusal', now);

  await one.sh('hostname debian');
  await course.decides(
    'wrong host name',
    one,
    2,
    /^REFUSE this host is named debian, .* run hostname k3s-1, and write it to /,
  );
  await one.sh('hostname k3s-1');
  await one.sh('ip address del 10.98.0.11/24 dev eth0; ip address add 10.98.0.77/24 dev eth0');
  await course.decides('address of DHCP', one, 2, /^REFUSE this host has .*10\.98\.0\.77/);
  await one.sh('ip address del 10.98.0.77/24 dev eth0; ip address add 10.98.0.11/24 dev eth0');
  // a second network interface of k3s-3, which alone answers for the address
  await three.sh(
    `echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore; ip link add printer link eth0 type macvlan mode bridge && ip address add ${VIP}/32 dev printer && ip link set printer up`,
  );
  await course.decides('a printer has the VIP', one, 2, /^REFUSE the device with the MAC address .* has the VIP/);
  await three.sh('ip link del printer; echo 0 >/proc/sys/net/ipv4/conf/all/arp_ignore');
  await one.sh('ip neigh flush all');
  await course.ends('wrong names and addresses');
});

/** k3s-ha of two servers is killed at points in time of its decision, and one of them restarts; every time one cluster. */
export const killed = inLab(async (course, servers) => {
  const [one, two, three] = servers;
  for (const tenths of [1, 2, 4, 6, 8, 10, 13, 16, 20, 25]) {
    const third = three.keepStarting(DECIDE_MS);
    const kill = `timeout -s KILL ${tenths / 10} k3s-ha start`;
    // what a restart leaves of /run
    await Promise.all([one.sh(kill), two.sh(`${kill}; rm -rf /run/k3s-ha`)]);
    await Promise.all([one.keepStarting(DECIDE_MS), two.keepStarting(DECIDE_MS), third]);
    await course.ends(`killed after ${tenths / 10} s`);
  }
});

/** Every question of a bootstrap is sent again after a reboot of all servers, and questions are forged. */
export const messages = inLab(async (course, servers) => {
  const [, , three] = servers;
  const { scenario } = course;
  for (const server of servers) {
    const recorder = 'for url in "$@"; do :; done\necho "$url" >>/run/urls\nexec /usr/bin/curl "$@"\n';
    server.write('/usr/local/bin/curl', `#!/bin/sh\n${recorder}`, 0o755);
  }
  await course.lab.bootstrap();
  const urls = servers.flatMap((server) => server.read('/run/urls').match(/^http:.*$/gm) ?? []);
  const votes = urls.filter((url) => url.includes('/k3s-ha/vote/'));
  scenario.measure('recorded questions and requests for votes', `${urls.length}, ${votes.length}`);
  scenario.check('requests for votes were recorded', votes.length > 0);
  for (const server of servers) await server.wipe();
  await three.sh(`for url in ${urls.join(' ')}; do /usr/bin/curl -gs --max-time 5 "$url"; done >/dev/null`);
  const given = await Promise.all(servers.map(async (server) => (await server.sh('cat /run/k3s-ha/vote')).stdout));
  scenario.check('no replayed request gets a vote', given.join('') === '', given.join());

  const [question = ''] = urls.filter((url) => url.startsWith('http://10.98.0.12:'));
  for (const [what, url, status] of [
    ['a question with the token gets an answer', question, '200'],
    ['another signature gets none', question.replace(/.$/, (end) => (end === '0' ? '1' : '0')), '403'],
    [
      'another asker gets none',
      question.replace(/\/k3s-[13]\//, (from) => (from === '/k3s-1/' ? '/k3s-3/' : '/k3s-1/')),
      '403',
    ],
  ] as const) {
    const { stdout } = await three.sh(`/usr/bin/curl -gs -o /dev/null -w '%{http_code}' '${url}'`);
    scenario.check(what, stdout === status, stdout);
  }
  await three.sh(
    'for i in $(seq 50); do head -c 100000 /dev/urandom | timeout 1 busybox nc 10.98.0.12 2378 & done; wait',
    90_000,
  );
  await course.ends('after a flood of garbage');
});
