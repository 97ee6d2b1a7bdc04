import { type Span, vrrpHandover } from '../../../lib/machines/vrrp';
import type { ScenarioPlan } from '../drill';
import { type Scenario, seconds } from '../scenario';
import type { Probes } from './station';
import { VIP, VIP6, type VipLab, type VipServer, withVipLab } from './vip-lab';

/** Added to the timers, for a probe without an answer and a busy host. */
const SLACK_MS = 3000;
/** For IPv6: a client that has dropped the old holder ignores advertisements, and sends a solicitation each second. */
const ASKING_MS = 1500;
const bound = ({ most }: Span): number => 1000 * most + SLACK_MS;

/** Waits until a server other than the holder answers. Returns the time and the server. */
async function handover(
  scenario: Scenario,
  probes: Probes,
  holder: VipServer,
  event: () => Promise<void>,
): Promise<{ took: number; who: string }> {
  const at = Date.now();
  await event();
  let next: ReturnType<Probes['firstAfter']>;
  await scenario.wait(`a server other than ${holder.name} answers`, 30_000, () => {
    next = probes.firstAfter(at, holder.name);
    return next !== undefined;
  });
  return { took: (next?.at ?? Number.NaN) - at, who: next?.who ?? '' };
}

const byName = (lab: VipLab, name: string): VipServer => {
  const server = lab.servers.find((one) => one.name === name);
  if (!server) throw new Error(`there is no server "${name}"`);
  return server;
};

/** The holder loses its cable, then its API server, then keepalived is stopped. */
async function keepalived(scenario: Scenario): Promise<void> {
  const { silence, failedCheck, farewell } = vrrpHandover();
  await withVipLab(scenario, async (lab, first) => {
    const probes = lab.probe();
    await scenario.reach('the holder answers the client', 10_000, () => probes.firstAfter(0) !== undefined);
    const anonymous = ['-ks', '-o', '/dev/null', '-w', '%{http_code}', 'https://127.0.0.1:6443/readyz'];
    scenario.check(
      'the API answers 401 to the check, as k3s does',
      (await first.run('curl', anonymous)).stdout === '401',
    );
    const before = await lab.client.neighbour(VIP);

    const cut = await handover(scenario, probes, first, () => first.cable.pull());
    const second = byName(lab, cut.who);
    scenario.measure('the cable of the holder is pulled', { 'until answered again': seconds(cut.took) });
    scenario.check(`within ${seconds(bound(silence))} after the cable is pulled`, cut.took < bound(silence));
    scenario.check('one server holds the VIP', (await lab.holders()).length === 1);
    const mac = await second.mac();
    await scenario.reach('the client sends to the new holder', 5000, async () => {
      const sendsTo = await lab.client.neighbour(VIP);
      return sendsTo === mac && sendsTo !== before;
    });

    const plugged = Date.now();
    await first.cable.plug();
    await scenario.pass('the cable is back', 5000);
    scenario.measure('the cable is plugged in again', {
      'longest gap': seconds(probes.longestGapSince(plugged)),
    });
    const still = await lab.holders();
    scenario.check('the new holder keeps the VIP', still.length === 1 && still[0] === second);

    const dead = await handover(scenario, probes, second, () => second.killApi());
    const third = byName(lab, dead.who);
    scenario.measure('the API server of the holder is killed', { 'until answered again': seconds(dead.took) });
    scenario.check(
      `within ${seconds(bound(failedCheck))} after the API server is killed`,
      dead.took < bound(failedCheck),
    );
    scenario.check('its server has released the VIP', !(await second.has(VIP)));
    second.startApi(lab.certificates);
    await scenario.pass('the API server is back', 4000);
    scenario.check('its return does not move the VIP', (await third.has(VIP)) && (await lab.holders()).length === 1);

    const stopped = await handover(scenario, probes, third, () => third.stopKeepalived());
    scenario.measure('keepalived is stopped', { 'until answered again': seconds(stopped.took) });
    scenario.check(`within ${seconds(bound(farewell))} after keepalived is stopped`, stopped.took < bound(farewell));
    scenario.check('one server holds the VIP in the end', (await lab.holders()).length === 1);
  });
}

/** An IPv6 VIP, alone or with IPv4: one VRRP instance moves both, and advertises one of them. */
const keepalived6 =
  (families: 'IPv6' | 'both') =>
  async (scenario: Scenario): Promise<void> => {
    const { silence, farewell } = vrrpHandover();
    const silent = bound(silence) + ASKING_MS;
    const inTurn = async (lab: VipLab, first: VipServer) => {
      const probes = lab.probe(VIP6);
      await scenario.reach('the holder answers the client', 10_000, () => probes.firstAfter(0) !== undefined);
      const cut = await handover(scenario, probes, first, () => first.cable.pull());
      scenario.measure('the cable of the holder is pulled', { 'until answered again': seconds(cut.took) });
      scenario.check(`within ${seconds(silent)} after the cable is pulled`, cut.took < silent);
      const second = byName(lab, cut.who);
      scenario.check('the next holder has the VIP in every family', await lab.isHeldBy(second));
      // the client renews an old neighbour entry, and has none for a moment
      const mac = await second.mac();
      await scenario.reach(
        'the client sends to the new holder',
        5000,
        async () => (await lab.client.neighbour(VIP6)) === mac,
      );
      await first.cable.plug();
      await scenario.pass('the cable is back', 5000);

      const stopped = await handover(scenario, probes, second, () => second.stopKeepalived());
      scenario.measure('keepalived is stopped', { 'until answered again': seconds(stopped.took) });
      scenario.check(`within ${seconds(bound(farewell))} after keepalived is stopped`, stopped.took < bound(farewell));
      scenario.check('one server holds the VIP in the end', (await lab.holders()).length === 1);
    };
    await withVipLab(scenario, inTurn, { families });
  };

/** Without the API check, which has to fail. */
async function keepalivedControl(scenario: Scenario): Promise<void> {
  const withoutCheck = (text: string) => text.replace(/ {2}track_script \{[^}]*\}\n/, '');
  await withVipLab(
    scenario,
    async (lab, holder) => {
      const probes = lab.probe();
      await scenario.reach('the holder answers the client', 10_000, () => probes.firstAfter(0) !== undefined);
      const at = Date.now();
      await holder.killApi();
      await scenario.pass('the VIP does not move', 10_000);
      const answered = probes.firstAfter(at + 1000);
      scenario.measure('the API server of the holder is killed', {
        'until answered again': answered ? seconds(answered.at - at) : 'never in 10 s',
      });
      scenario.check('without the check the VIP stays on the failed server', !answered && (await holder.has(VIP)));
    },
    { change: withoutCheck },
  );
}

export const keepalivedScenarios: readonly ScenarioPlan[] = [
  {
    name: 'keepalived',
    summary: 'the VIP moves: cable pulled, API server killed, keepalived stopped',
    run: keepalived,
  },
  {
    name: 'keepalived-control',
    summary: 'the same without the API check, which has to fail',
    run: keepalivedControl,
  },
  { name: 'keepalived-ipv6', summary: 'an IPv6 VIP moves: cable pulled, keepalived stopped', run: keepalived6('IPv6') },
  {
    name: 'keepalived-dual-stack',
    summary: 'a dual-stack VIP moves, observed over IPv6',
    run: keepalived6('both'),
  },
];
