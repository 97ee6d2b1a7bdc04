import { readFileSync } from 'node:fs';
import { quorumState } from '../../lib/cluster/quorum';
import type { Cluster } from '../../lib/cluster/schema';
import { timelineSvg } from '../../lib/pictures';
import { powerTimelines } from '../../lib/power/timeline';
import { changedText } from '../../lib/site/lines';
import { loadCluster } from '../../lib/site/load';
import { fixOf, UPS_MODELS, type WhatIf, whatIf } from '../../lib/what-if';
import { site } from '../support/sites';

const shipped = readFileSync('cluster.yaml', 'utf8');
const home = site();
const withoutClock = site({ power: { rtcWakeSeconds: 0 } });
const twoSupplies = loadCluster(readFileSync('examples/two-supplies.yaml', 'utf8'), 'two-supplies.yaml').cluster;
const model = (name: string) => ({ models: { ups1: UPS_MODELS.find((one) => one.name === name) ?? fail(name) } });
const fail = (name: string): never => {
  throw new Error(`no model ${name}`);
};

/** `promise (rule): hosts: reason`, with a question mark where it is not certain. */
const brokenLines = (cluster: Cluster, change: WhatIf): string[] =>
  whatIf(cluster, change)
    .promises.flatMap(({ broken }) => broken)
    .map(
      ({ promise, isCertain, rule = 'course', hosts, reason }) =>
        `${promise}${isCertain ? '' : '?'} ${rule}: ${[...hosts, reason].join(' ')}`,
    );

const MUTE = 'ups1 gets no command, and does not cut and restore its output';
const ALL = 'k3s-2 k3s-3 k3s-1';

/** A site, a change of it, and the promises that break. */
const CASES: readonly (readonly [string, Cluster, WhatIf, ...string[]])[] = [
  ['nothing', home, {}],
  ['mains power that is back before the shutdown', home, { mainsBackSeconds: -1, muteUpses: ['ups1'] }],
  ['mains power that is back after the commit', home, { mainsBackSeconds: 30 }],
  ['a server that is off', home, { off: ['k3s-2'] }],
  [
    'the node with the UPS cable off',
    home,
    { off: ['k3s-1'] },
    'running course: k3s-2 k3s-3 k3s-1 is off, so the status of ups1 is unknown, and its battery empties',
  ],
  [
    'the same, and mains power that may be back before the battery is empty',
    home,
    { off: ['k3s-1'], mainsBackSeconds: 30 },
    'running? course: k3s-2 k3s-3 k3s-1 is off, so the status of ups1 is unknown, and its battery empties',
  ],
  ['a mute UPS, without clocks', withoutClock, { muteUpses: ['ups1'] }, `restart? course: ${ALL} ${MUTE}`],
  [
    'a mute UPS and mains power that is back, without clocks',
    withoutClock,
    { muteUpses: ['ups1'], mainsBackSeconds: 300 },
    `restart course: ${ALL} ${MUTE}`,
  ],
  [
    'a mute UPS in a long outage, with clocks',
    home,
    { muteUpses: ['ups1'] },
    `running? course: ${ALL} their clocks start them 942 s after the shutdown begins at the earliest, while mains power is out and nothing reads ups1`,
  ],
  ['a mute UPS in a short outage, with clocks', home, { muteUpses: ['ups1'], mainsBackSeconds: 300 }],
  [
    'the node with the cable of one of two UPSes off: a node that needs both supplies powers off by the other',
    twoSupplies,
    { off: ['rack-1'] },
    'running course: rack-5 rack-2 rack-3 rack-1 is off, so the status of main is unknown, and its battery empties',
  ],
  [
    'the NAS off that serves a UPS',
    twoSupplies,
    { off: ['10.0.8.30'] },
    'running course: rack-2 rack-3 rack-1 10.0.8.30 is off, so the status of nas is unknown, and its battery empties',
  ],
  [
    'a UPS that ignores its command on line, and mains power that is back before it',
    withoutClock,
    { ...model('snmp-ups apcc'), mainsBackSeconds: 10 },
    `restart? course: ${ALL} ups1 ignores a command on line, and k3s-1 may send it up to 21 s after the shutdown begins`,
  ],
  ['the same after its command', withoutClock, { ...model('snmp-ups apcc'), mainsBackSeconds: 22 }],
  [
    'mains power that is back to a node that needs two supplies, without clocks',
    { ...twoSupplies, power: { ...twoSupplies.power, rtcWakeSeconds: 0 } },
    { mainsBackSeconds: 100 },
    'restart? course: rack-4 they power off with one of their UPSes, and another may feed them until mains power is back',
  ],
];

/** A change of the home site, and the rules that it breaks with their promises. */
const RULES: readonly (readonly [string, WhatIf, ...string[]])[] = [
  ['a battery of two minutes', { batterySeconds: { ups1: 120 } }, 'running runtime-too-short'],
  ['a battery of just enough', { batterySeconds: { ups1: 129 } }],
  ['halt budgets longer than the battery', { haltBudget: { serverSeconds: 300 } }, 'running runtime-too-short'],
  [
    'a UPS that stops at 600 s',
    { ...model('nutdrv_qx'), batterySeconds: { ups1: 2000 }, haltBudget: { serverSeconds: 600 } },
    'running offdelay-too-long',
  ],
  ['a card that takes no command', model('snmp-ups mge'), 'restart? strand'],
  ['a UPS that restores its output on battery', model('usbhid-ups CyberPower'), 'running? restores-without-mains'],
  ['a halt budget of 5 s', { haltBudget: { upsNodeSeconds: 5 } }, 'running? halt-budget-short'],
];

describe('what if', () => {
  test.each(CASES.map(([says, cluster, change, ...broken]) => ({ says, cluster, change, broken })))(
    '$says',
    ({ cluster, change, broken }) => {
      expect(brokenLines(cluster, change)).toEqual(broken);
    },
  );

  test.each(RULES.map(([says, change, ...rules]) => ({ says, change, rules })))('$says', ({ change, rules }) => {
    expect(brokenLines(home, change).map((line) => line.split(':')[0])).toEqual(rules);
  });

  test('a site without UPS breaks its first promise for every node', () => {
    expect(brokenLines({ ...home, ups: [] }, {})).toEqual(['running course: k3s-1 k3s-2 k3s-3 no UPS feeds them']);
  });

  test.each([
    ['a limit of earlyShutdown', shipped],
    ['low battery alone', shipped.replace(/ {2}earlyShutdown:.*\n +runtimeBelowSeconds: 360/, '  marginSeconds: 20')],
  ])('answers as synth does once the seconds are in cluster.yaml, with %s', (_, text) => {
    const { cluster } = loadCluster(text, 'cluster.yaml');
    const change = { haltBudget: { serverSeconds: 90 }, batterySeconds: { ups1: 400 } };
    const written = loadCluster(changedText(text, fixOf(cluster, change)) ?? '', 'cluster.yaml').cluster;
    expect(whatIf(cluster, change)).toEqual(whatIf(written, {}));
    expect(whatIf(written, {}).timelines).toEqual(powerTimelines(written));
  });

  test('a UPS that a NAS serves keeps its model and has no battery', () => {
    const { cluster } = whatIf(twoSupplies, {
      models: { nas: UPS_MODELS[0] ?? fail('any') },
      batterySeconds: { nas: 1 },
    });
    expect(cluster.ups[1]).toEqual(twoSupplies.ups[1]);
  });

  test('has a model for every driver and MIB of docs/drivers.md', () => {
    const names = UPS_MODELS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['usbhid-ups CyberPower', 'usbhid-ups other makers', 'nutdrv_qx']));
  });
});

describe('the timeline of a course', () => {
  const svg = (change: WhatIf) => timelineSvg(home, whatIf(home, change).timelines);

  test.each([
    [
      'mains power back',
      { mainsBackSeconds: 30 },
      ['mains power back after 30 s', 'output restored after 180 to 201 s'],
    ],
    ['no shutdown', { mainsBackSeconds: 0 }, ['no shutdown begins:', 'not cut by command', 'runs on']],
    ['a mute UPS', { muteUpses: ['ups1'] }, ['not cut by command', 'off by 102 s']],
    ['a server that was off', { off: ['k3s-2'] }, ['off by 87 s']],
  ] satisfies [string, WhatIf, string[]][])('shows %s', (_, change, texts) => {
    for (const text of texts) expect(svg(change)).toContain(`>${text}<`);
  });

  test('has no lane of a node that was off, and no cut without a command', () => {
    expect(svg({ off: ['k3s-2'] })).not.toContain('k3s-2');
    expect(svg({ muteUpses: ['ups1'] })).not.toContain('class="alarm-line"');
    expect(svg({})).toContain('class="alarm-line"');
  });

  test.each([
    [{ off: ['rack-1'] }, 'runs on', 'off by 70 s'],
    [{ muteUpses: ['main'] }, 'off by 102 s', 'off by 70 s'],
  ])('with %j says the same of a node in the lanes of both its UPSes', (change, one, both) => {
    const offBy = (host: string) =>
      whatIf(twoSupplies, change).timelines.map(
        ({ machines }) => machines.find(({ plan }) => plan.name === host)?.latest.downSeconds,
      );
    const text = (seconds = Number.NaN) => (Number.isFinite(seconds) ? `off by ${seconds} s` : 'runs on');
    expect(['rack-2', 'rack-4'].map((host) => offBy(host).map(text))).toEqual([
      [one, one],
      [both, both],
    ]);
  });

  test('has the events of that course', () => {
    const events = (change: WhatIf) =>
      whatIf(home, change).timelines.flatMap((one) => one.events.map(({ who, what }) => `${who} ${what}`));
    expect(events({ muteUpses: ['ups1'] })).toContain('ups1 stops responding, and gets no command');
    expect(events({ muteUpses: ['ups1'] }).filter((text) => text.includes('cut'))).toEqual([]);
    expect(events({ off: ['k3s-1'] })).toEqual([]);
  });
});

describe('quorum', () => {
  const servers = (count: number) => home.nodes.slice(0, count).map(({ name }) => name);

  test.each([
    [[], 3, true, servers(3)],
    [['k3s-1'], 2, true, []],
    [['k3s-1', 'k3s-2'], 1, false, []],
  ])('with %j off %d are up', (off, up, hasQuorum, mayAlsoBeOff) => {
    expect(quorumState(home, off)).toEqual({ servers: 3, quorum: 2, up, hasQuorum, mayAlsoBeOff });
  });

  test('lets agents be off while it is held', () => {
    const { mayAlsoBeOff } = quorumState(twoSupplies, ['rack-1', 'rack-5']);
    expect(mayAlsoBeOff).toEqual(['rack-4']);
  });
});
