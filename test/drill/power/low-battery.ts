import { type Scenario, seconds } from '../scenario';
import { MACHINES, type PowerLab, PRIMARY, perMachine, SECONDARIES, UPS, withPowerLab } from './power-lab';

// upscmd returns before the UPS has the command; slowed, it shows whether the flag waits for it
const SLOW_UPSCMD = { '/usr/local/sbin/upscmd': '#!/bin/sh\nsleep 0.5\nexec /usr/bin/upscmd "$@"\n' };
const LEAD_MS = 250;

/** The mains fail, the battery gets low, everything halts, the UPS cuts its load, the mains come back. */
export async function lowBattery(scenario: Scenario): Promise<void> {
  // the restore pause is the only time of the UPS that is shortened: 1 s for each minute
  await withPowerLab(scenario, { ups: { restoreMinuteMs: 1000 }, imagePrograms: SLOW_UPSCMD }, async (lab) => {
    const ups = lab.ups(UPS);
    ups.mains(false);
    await scenario.wait('upsd sees the UPS on battery', 15_000, async () => (await lab.upsStatus()).includes('OB'));
    const low = ups.lowBattery();
    const since = (at: number | undefined) => seconds(at === undefined ? undefined : at - low);

    await scenario.reach('every machine has its power-off flag raised', 40_000, () =>
      lab.hosts.every(({ flagRaisedAt }) => flagRaisedAt !== undefined),
    );
    const flagAt = (name: string) => lab.host(name).flagRaisedAt ?? Number.NaN;
    scenario.measure(
      'flag after low battery',
      perMachine((name) => since(flagAt(name))),
    );
    const lastSecondary = Math.max(...SECONDARIES.map(flagAt));
    scenario.check('the primary raises its flag last', flagAt(PRIMARY) >= lastSecondary);

    await scenario.reach('the UPS is told to cut its load', 15_000, () => shutdowns(lab).length > 0);
    const [shutdown] = shutdowns(lab);
    const commandAt = shutdown?.at ?? Number.NaN;
    scenario.measure('UPS command after low battery', { [PRIMARY]: since(commandAt) });
    const lead = commandAt - flagAt(PRIMARY);
    scenario.check('the primary raises its flag before the UPS command', lead > LEAD_MS, `${lead.toFixed(0)} ms`);

    await scenario.reach('the UPS cuts its load', 150_000, () => !ups.loadOn);
    const cutAt = ups.loadChanges[0]?.at ?? Number.NaN;
    scenario.measure(
      'halting after low battery',
      perMachine((name) => since(lab.host(name).haltingAt)),
    );
    scenario.measure(
      'off after low battery',
      perMachine((name) => since(lab.host(name).haltedAt)),
    );
    scenario.measure('load off after low battery', { [UPS]: since(cutAt) });
    const offBefore = MACHINES.map((name) => cutAt - (lab.host(name).haltedAt ?? Number.POSITIVE_INFINITY));
    const margin = Math.min(...offBefore);
    scenario.measure('margin between the last machine off and load off', { [UPS]: seconds(margin) });
    const dirty = lab.hosts.reduce((sum, { dirtyCuts }) => sum + dirtyCuts, 0);
    scenario.check('every machine is off before the load is', margin > 0 && dirty === 0);
    checkCommand(scenario, lab);

    await scenario.pass('the site is dark', 2000);
    const back = ups.mains(true);
    await scenario.reach('the load comes back by itself', 20_000, () => ups.loadOn);
    await scenario.reach('every machine boots', 20_000, () => lab.hosts.every(({ state }) => state === 'running'));
    await scenario.reach('every upsmon logs in again', 40_000, () => lab.loggedIn());
    scenario.measure('all logged in after the mains are back', seconds(scenario.timeline.now() - back));
    await scenario.pass('nothing happens after the boot', 5000);
    const quiet = lab.hosts.every((host) => host.state === 'running' && !host.flagIsUp && host.boots === 2);
    scenario.check('no flag is left and every machine stays on', quiet && shutdowns(lab).length === 1);
  });
}

const shutdowns = (lab: PowerLab) => lab.ups(UPS).commands.filter(({ text }) => text.startsWith('S'));

/** One command in all, with the delays that synth wrote. */
function checkCommand(scenario: Scenario, lab: PowerLab): void {
  const [offDelay, onDelay] = ['offdelay', 'ondelay'].map((name) =>
    Number(new RegExp(`\\b${name} = "(\\d+)"`).exec(lab.nutObjects)?.[1]),
  );
  const texts = shutdowns(lab).map(({ text }) => text);
  const [, minutes, pause] = /^S([\d.]+)R(\d+)$/.exec(texts[0] ?? '') ?? [];
  scenario.measure('UPS command', { [UPS]: texts.join(' ') });
  scenario.check(
    'the UPS gets one S<n>R<m>, with the offdelay and the ondelay of ups.conf',
    texts.length === 1 && Number(minutes) * 60 === offDelay && Number(pause) * 60 === onDelay,
    `${texts.join(' ')} for ${offDelay} s and ${onDelay} s`,
  );
}
