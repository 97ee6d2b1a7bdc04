import type { Scenario } from '../scenario';
import { type ControlPlaneLab, controlPlaneSite, VIP, withControlPlane } from './control-plane-lab';
import type { Server, Tools, Verdict } from './server';

const READY_MS = 20_000;

/** A row of the decision table. */
class Table {
  private rows = 0;

  constructor(private readonly scenario: Scenario) {}

  /** Checks one decision: its exit status and its line. */
  expect(situation: string, verdict: Verdict, code: number, word: RegExp): void {
    this.rows++;
    const row = `${String(this.rows).padStart(2)} ${situation}`;
    this.scenario.measure(row, `${verdict.line.slice(0, 44)} (${verdict.code})`);
    this.scenario.check(row, verdict.code === code && word.test(verdict.line), `${verdict.code}: ${verdict.line}`);
  }
}

/** Every decision of k3s-ha, in the order of the life of a site. */
export const decisions =
  (tools: Tools) =>
  async (scenario: Scenario): Promise<void> => {
    await withControlPlane({ scenario, tools }, async (lab) => {
      const table = new Table(scenario);
      await bootstrapping(table, lab, scenario);
      await joining(table, lab);
      await withoutMajority(table, lab, scenario);
      await network(table, lab);
    });
    await designated(tools, scenario);
  };

async function bootstrapping(table: Table, { servers }: ControlPlaneLab, scenario: Scenario): Promise<void> {
  const [one, two] = servers;
  table.expect('new site, no server answers: start', await one.ha('start'), 1, /^WAIT no API .*k3s-ha init/);

  // k3s of server 1 starts when the drill says so
  one.write(
    '/usr/local/bin/slowly',
    '#!/bin/sh\nuntil [ -e /run/go ]; do sleep 0.1; done\nsystemctl restart k3s\n',
    0o755,
  );
  const init = one.sh('K3S_HA_RESTART=slowly k3s-ha init');
  await scenario.reach('init claims the VIP', READY_MS, async () => holds(one));
  await scenario.pass('init has checked for rivals', 5000);
  table.expect('another server is bootstrapping: init', await two.ha('init'), 2, /^REFUSE .* answers ARP/);
  table.expect('another server is bootstrapping: start', await two.ha('start'), 1, /^WAIT/);
  table.expect('a second init on the same host', await one.ha('init'), 2, /^REFUSE another k3s-ha is bootstrapping/);
  one.write('/run/go', '');
  const { code, stdout } = await init;
  table.expect(
    'new site, no server answers: init',
    { code, line: stdout.trim().split('\n').at(-1)?.slice(8) ?? '' },
    0,
    /^DONE/,
  );
  scenario.check('init releases the VIP', !(await holds(one)));
  scenario.check('the cluster is bootstrapped by cluster-init', one.cluster()?.how === 'bootstrapped');
}

async function joining(table: Table, { servers }: ControlPlaneLab): Promise<void> {
  const [one, two, three] = servers;
  await one.address32('add', VIP);
  table.expect('the VIP answers: start', await two.ha('start'), 0, new RegExp(`^JOIN https://${VIP}:6443$`));
  table.expect('a cluster answers: init', await two.ha('init'), 2, /^REFUSE .* answers on port 6443/);
  const sum = (await one.sh("curl -ks https://127.0.0.1:6443/cacerts | sha256sum | cut -d ' ' -f 1")).stdout.trim();
  two.write('/etc/rancher/k3s/token', `K10${sum}::server:secret\n`);
  table.expect('the CA matches the token: start', await two.ha('start'), 0, /^JOIN/);
  two.write('/etc/rancher/k3s/token', `K10${'0'.repeat(64)}::server:secret\n`);
  table.expect(
    'the CA does not match the token: start',
    await two.ha('start'),
    2,
    /^REFUSE .* serves a CA with the hash/,
  );
  table.expect('has etcd data: start', await one.ha('start'), 0, /^START/);
  table.expect('has etcd data: init', await one.ha('init'), 2, /^REFUSE this host has etcd data/);
  await one.address32('del', VIP);
  table.expect(
    'the VIP is unreachable, a server answers: start',
    await three.ha('start'),
    0,
    /^JOIN https:\/\/10\.98\.0\.11:6443$/,
  );
}

async function withoutMajority(table: Table, { servers }: ControlPlaneLab, scenario: Scenario): Promise<void> {
  const [one, two, three] = servers;
  await one.kill();
  const etcd = one.background(onEtcdPort('EXEC:false'));
  await scenario.wait('the etcd port opens', 5000, async () => listens(one, 2380));
  table.expect(
    'only the etcd port of a server is open: init',
    await three.ha('init'),
    2,
    /^REFUSE .* etcd on port 2380/,
  );
  table.expect('only the etcd port of a server is open: start', await three.ha('start'), 1, /^WAIT/);
  await etcd.kill();
  const hung = one.background(onEtcdPort('EXEC:"sleep 60"'));
  await scenario.wait('the etcd port opens', 5000, async () => listens(one, 2380));
  table.expect('etcd accepts connections but does not answer: init', await three.ha('init'), 2, /^REFUSE .* 2380/);
  await hung.kill();

  await one.cable.pull();
  table.expect(
    'a server is powered off and may hold the cluster: init',
    await two.ha('init'),
    2,
    /^REFUSE .* powered off .*10\.98\.0\.11/,
  );
  await one.cable.plug();
}

async function network(table: Table, { servers }: ControlPlaneLab): Promise<void> {
  const [one, two] = servers;
  await two.sh(`ip route add ${VIP}/32 via 10.98.0.13`);
  table.expect('the VIP is behind a router: start', await two.ha('start'), 2, /^REFUSE .* behind a router/);
  await two.sh(`ip route del ${VIP}/32`);
  await two.sh('ip address flush dev eth0');
  table.expect('no network, no data: start', await two.ha('start'), 1, /^WAIT no network/);
  await one.sh('ip address flush dev eth0');
  table.expect('no network, etcd data: start', await one.ha('start'), 0, /^START/);
}

/** An expiring permission for one server. */
async function designated(tools: Tools, scenario: Scenario): Promise<void> {
  const hour = 3_600_000;
  const notAfter = new Date(Math.floor(Date.now() / 1000) * 1000 + hour).toISOString().replace('.000', '');
  const site = controlPlaneSite({ bootstrap: { node: 'k3s-2', notAfter } });
  await withControlPlane({ scenario, tools, site }, async ({ servers }) => {
    const [one, two] = servers;
    const at = (offset: number) => `K3S_HA_NOW=${Math.floor((Date.now() + offset) / 1000)}`;
    const table = new Table(scenario);
    const under = async (environment: string, server: Server): Promise<Verdict> => {
      const { code, stdout } = await server.sh(`${environment} k3s-ha start`);
      return { code, line: (stdout.trim().split('\n').at(-1) ?? '').replace(/^k3s-ha: /, '') };
    };
    table.expect('permission for another server: init', await one.ha('init'), 2, /^REFUSE only k3s-2 may/);
    table.expect('permission for another server: start', await one.ha('start'), 1, /^WAIT/);
    table.expect('expired permission: start', await under(at(2 * hour), two), 1, /^REFUSE .* ended at/);
    table.expect(
      'permission, clock 30 days behind: start',
      await under(at(-30 * 24 * hour), two),
      1,
      /^REFUSE the clock/,
    );
    table.expect('permission: start bootstraps', await two.systemctl('start'), 0, /^HANDOVER/);
    scenario.check('the designated server bootstraps the cluster', two.cluster()?.how === 'bootstrapped');
    await two.systemctl('stop');
    await two.sh('rm -rf /var/lib/rancher/k3s');
    table.expect('rebuilt with an expired permission: start', await under(at(2 * hour), two), 1, /^REFUSE .* ended at/);
  });
}

const holds = async (server: Server): Promise<boolean> =>
  (await server.sh('ip -o address show dev eth0')).stdout.includes(`${VIP}/32`);
const listens = async (server: Server, port: number): Promise<boolean> =>
  (await server.sh(`ss -Hltn sport = :${port}`)).stdout.includes(`:${port}`);
/** A listener; it retries while a killed one still has the port. */
const onEtcdPort = (does: string): string => `until socat TCP-LISTEN:2380,fork,reuseaddr '${does}'; do sleep 0.2; done`;
