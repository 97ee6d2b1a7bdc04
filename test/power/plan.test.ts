import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { ClusterInput } from '../../lib/cluster/schema';
import { timelineSvg } from '../../lib/pictures';
import { runtimeSum } from '../../lib/power/arithmetic';
import { explainData, explainText } from '../../lib/power/explain';
import { powerPlan, type UpsPlan } from '../../lib/power/plan';
import { powerTimelines } from '../../lib/power/timeline';
import { defineCluster, loadCluster } from '../../lib/site/load';
import { ipv4Site, powerSite } from '../support/site-input';
import { anyPower, siteWith } from './arbitraries';

const planOf = (site: ClusterInput) => powerPlan(defineCluster(site));
const upsOf = (site: ClusterInput, name = 'ups1'): UpsPlan => {
  const ups = planOf(site).upses.find((plan) => plan.ups.name === name);
  if (!ups) throw new Error(`there is no ${name}`);
  return ups;
};

describe('the power plan of the shipped site', () => {
  const plan = powerPlan(loadCluster(readFileSync('cluster.yaml', 'utf8'), 'cluster.yaml').cluster);

  test('detects within 21 s: the larger of DEADTIME and HOSTSYNC, 15, two polls of 2 s, and 2 s', () => {
    expect(plan.detectionSeconds).toBe(21);
  });

  test('has servers down after 21 + 5 + 1 + 60 s and the UPS node 5 s later', () => {
    expect(plan.nodes.map(({ node, role, downSeconds }) => [node.name, role, downSeconds])).toEqual([
      ['k3s-1', 'upsNode', 92],
      ['k3s-2', 'server', 87],
      ['k3s-3', 'server', 87],
    ]);
  });

  test('cuts the output in whole minutes, at least 15 s after the last node is off, and restores it in whole minutes', () => {
    expect(plan.upses.map((ups) => [ups.allDownSeconds, ups.offDelaySeconds, ups.onDelaySeconds])).toEqual([
      [92, 120, 180],
    ]);
  });

  test('needs 142 s of battery after low battery, and 180 s where the driver polls every 30 s', () => {
    expect(plan.upses.map((ups) => [ups.runtimeNeededSeconds, ups.earlyRuntimeNeededSeconds])).toEqual([[142, 180]]);
  });
});

describe('the laboratory', () => {
  // Stages 0, 6 and 12, halts of 10, 25 and 25 s, offdelay 60, lease 20, with real NUT 2.8.0 to 2.8.5 and an emulated UPS.
  const lab = planOf({
    ...ipv4Site(),
    nodes: ipv4Site().nodes.map((node) => ({ ...node, ups: 'ups1' })),
    ups: [{ name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1', runtimeAtLowBatterySeconds: 300 }],
    power: {
      stages: { agentSeconds: 0, serverSeconds: 6, upsNodeSeconds: 12 },
      haltBudget: { agentSeconds: 10, serverSeconds: 25, upsNodeSeconds: 25 },
    },
  });

  test.each([
    ['a frozen pod of the UPS node', 20.7],
    ['a link that is cut', 17.3],
    ['a secondary that is frozen, by its lease', 18.0],
    ['a primary upsmon that is dead, by HOSTSYNC', 19],
  ])('detected the shutdown within the computed time: %s', (_, measured) => {
    expect(measured).toBeLessThanOrEqual(lab.detectionSeconds);
  });

  test('detected a frozen upsd within the computed time when upsmon polls every 10 s: 43 s at a DEADTIME of 30', () => {
    const power = { pollSeconds: 10, pollOnBatterySeconds: 10, deadTimeSeconds: 30, leaseSeconds: 30 };
    const { detectionSeconds } = planOf({ ...ipv4Site(), power });
    expect(detectionSeconds).toBe(52);
    expect(43).toBeLessThanOrEqual(detectionSeconds);
  });

  test('had all nodes off within the computed time, 41 s', () => {
    expect(41).toBeLessThanOrEqual(lab.upses[0]?.allDownSeconds ?? 0);
  });
});

describe('the role of a node', () => {
  test('is that of the node with the UPS even when it is a server', () => {
    expect(planOf(ipv4Site()).nodes.map(({ role }) => role)).toEqual(['upsNode', 'server', 'server']);
  });

  test('is its own at a UPS that another host serves', () => {
    expect(upsOf(powerSite(), 'nas').nodes.map(({ node, role }) => [node.name, role])).toEqual([
      ['k3s-4', 'agent'],
      ['k3s-3', 'server'],
    ]);
  });
});

describe('the times of a node', () => {
  test('are its own where it has some, else those of its role', () => {
    const [first, second, ...others] = ipv4Site().nodes;
    if (!first || !second) throw new Error('there are no nodes');
    const nodes = [first, { ...second, stageSeconds: 8, haltBudgetSeconds: 100 }, ...others];
    const plan = planOf({ ...ipv4Site(), nodes });
    expect(plan.nodes.map(({ stageSeconds, haltSeconds }) => [stageSeconds, haltSeconds])).toEqual([
      [10, 60],
      [8, 100],
      [5, 60],
    ]);
    expect(plan.upses[0]?.allDownSeconds).toBe(21 + 8 + 1 + 100);
  });
});

describe('a client', () => {
  const [ups] = ipv4Site().ups ?? [];
  const clients = [{ name: 'nas', address: '192.168.10.40', haltBudgetSeconds: 120 }];
  const site = defineCluster({ ...ipv4Site(), ups: [{ ...ups, name: 'ups1', clients }] });

  test('is off after its own detection of 15 + 2 x 5 + 2 s, FINALDELAY and its halt budget, and offdelay covers that', () => {
    const { clients: plans = [], allDownSeconds, offDelaySeconds } = powerPlan(site).upses[0] ?? {};
    expect(plans.map((plan) => [plan.commitSeconds, plan.deadlineSeconds, plan.downSeconds])).toEqual([[27, 32, 152]]);
    expect([allDownSeconds, offDelaySeconds]).toEqual([152, 167]);
  });

  test('does not change the detection of the nodes: the primary waits HOSTSYNC for it, which they count anyway', () => {
    expect(powerPlan(site).detectionSeconds).toBe(planOf(ipv4Site()).detectionSeconds);
  });

  test('has its events in the timeline, and its lane below those of the nodes', () => {
    const [{ machines, events } = { machines: [], events: [] }] = powerTimelines(site);
    expect(machines.at(-1)?.plan.name).toBe('nas');
    expect(
      events
        .filter(({ who }) => who === 'nas')
        .map(({ earliestSeconds, latestSeconds, what }) => `${earliestSeconds}..${latestSeconds} ${what}`),
    ).toEqual(['5..32 power-off begins', '5..152 off, unless its halt hangs']);
  });

  test('is drawn and explained', () => {
    expect(timelineSvg(site)).toContain('nas is off within 152 s');
    expect(explainText(site, 100)).toMatch(/^ {2}nas +27 detection \+ 5 FINALDELAY \+ 120 halt = 152$/m);
    expect(explainData(site)).toMatchObject({ upses: [{ clients: [{ name: 'nas', downSeconds: 152 }] }] });
  });
});

describe('the delays', () => {
  const withDriver = (driver: string, options: Record<string, string | number> = {}) =>
    upsOf({ ...ipv4Site(), ups: [{ name: 'ups1', driver, node: 'k3s-1', options, runtimeAtLowBatterySeconds: 999 }] });

  test.each([
    ['nutdrv_qx', '', 120],
    ['blazer_usb', '', 120],
    ['mge-shut', '', 107],
    // nothing says that it is no CyberPower
    ['usbhid-ups', '', 120],
    ...['0764', '764', '0x764', '"0x0764"', '"764"', '"76"', '"(0764|051d)"', '".*"'].map(
      (vendor) => ['usbhid-ups', `vendorid: ${vendor}`, 120] as const,
    ),
    ...['0463', '"0463"', '"0x051D"', '5566', '"051d"'].map(
      (vendor) => ['usbhid-ups', `vendorid: ${vendor}`, 107] as const,
    ),
  ] as const)('are whole minutes where the UPS rounds down to them: %s %s', (driver, options, seconds) => {
    expect(withDriver(driver, parse(options) ?? {}).offDelaySeconds).toBe(seconds);
  });

  test('are whole minutes with a CyberPower that YAML 1.1 reads as an octal number', () => {
    expect(withDriver('usbhid-ups', parse('vendorid: 0764', { version: '1.1' })).offDelaySeconds).toBe(120);
  });

  test('are what the site states, for any maker', () => {
    const [ups] = ipv4Site().ups ?? [];
    const stated = { ...ups, name: 'ups1', options: { vendorid: '0764' }, delayStepSeconds: 1 };
    expect(upsOf({ ...ipv4Site(), ups: [stated] }).offDelaySeconds).toBe(107);
  });

  test('are whole steps of a UPS that says so', () => {
    expect(upsOf(powerSite(), 'ups2').offDelaySeconds).toBe(110);
  });

  test('are those of the site where given', () => {
    const { offDelaySeconds, onDelaySeconds } = withDriver('mge-shut', { offdelay: 200, ondelay: '300' });
    expect([offDelaySeconds, onDelaySeconds]).toEqual([200, 300]);
  });

  test('are the fixed one of a UPS that takes no other, and the output is restored a minute later at least', () => {
    const ups = { name: 'ups1', driver: 'usbhid-ups', node: 'k3s-1', options: { vendorid: '051d' } };
    const { offDelaySeconds, onDelaySeconds } = upsOf({ ...ipv4Site(), ups: [{ ...ups, fixedCutDelaySeconds: 600 }] });
    expect([offDelaySeconds, onDelaySeconds]).toEqual([600, 660]);
  });

  test('restore the output of a CyberPower with ondelay 0 after the cut', () => {
    const { offDelaySeconds, returnSeconds } = withDriver('usbhid-ups', { vendorid: '0764', ondelay: 0 });
    expect(returnSeconds).toBe(offDelaySeconds);
  });

  test('are in minutes for the ondelay of blazer', () => {
    expect(withDriver('blazer_ser', { ondelay: 4 }).onDelaySeconds).toBe(240);
  });

  test.each([
    ['usbhid-ups', 180, 180],
    ['snmp-ups', 180, 180],
    ['nutdrv_qx', 180, 300],
    ['blazer_usb', 180, 300],
  ])('restore the output after ondelay, with %s counted from the cut where the UPS does so', (driver, on, returns) => {
    const port = driver === 'snmp-ups' ? '192.168.10.20' : 'auto';
    const options: Record<string, string> = driver === 'snmp-ups' ? { mibs: 'apcc' } : {};
    const ups = { name: 'ups1', driver, port, node: 'k3s-1', options, runtimeAtLowBatterySeconds: 999 };
    const { onDelaySeconds, returnSeconds } = upsOf({ ...ipv4Site(), ups: [ups] });
    expect([onDelaySeconds, returnSeconds]).toEqual([on, returns]);
  });

  test('restore the output after the ondelay as the UPS rounds it', () => {
    expect(withDriver('usbhid-ups', { vendorid: '0764', ondelay: 299 }).returnSeconds).toBe(240);
    expect(withDriver('usbhid-ups', { vendorid: '051d', ondelay: 299 }).returnSeconds).toBe(299);
  });

  test('are those of the host that serves the UPS', () => {
    const { offDelaySeconds, latestCutSeconds, onDelaySeconds, returnSeconds } = upsOf(powerSite(), 'nas');
    expect([offDelaySeconds, latestCutSeconds, onDelaySeconds, returnSeconds]).toEqual([
      180,
      180,
      undefined,
      undefined,
    ]);
  });
});

test('a lease longer than NUT needs is the time of detection', () => {
  expect(planOf({ ...ipv4Site(), power: { leaseSeconds: 40 } }).detectionSeconds).toBe(40);
});

test('pollinterval and pollfreq of the driver count', () => {
  const site = ipv4Site();
  const [ups] = site.ups ?? [];
  if (!ups) throw new Error('there is no UPS');
  const { runtimeNeededSeconds, earlyRuntimeNeededSeconds, noticeSeconds } = upsOf({
    ...site,
    ups: [{ ...ups, options: { ...ups.options, pollinterval: 10, pollfreq: 60 } }],
  });
  expect([runtimeNeededSeconds, earlyRuntimeNeededSeconds, noticeSeconds]).toEqual([137, 197, 15]);
});

test('a card is read every pollfreq, its status too', () => {
  const [ups] = ipv4Site().ups ?? [];
  const card = (options: Record<string, string | number>) =>
    upsOf({ ...ipv4Site(), ups: [{ ...ups, name: 'ups1', driver: 'snmp-ups', port: '192.168.10.20', options }] });
  expect(card({ mibs: 'apcc' }).noticeSeconds).toBe(30 + 1 + 2 + 5);
  expect(card({ mibs: 'apcc', pollfreq: 5, pollinterval: 1 }).noticeSeconds).toBe(5 + 1 + 1 + 5);
});

describe('every plan', () => {
  test('cuts no output before every node on it is off, with the margin', () => {
    fc.assert(
      fc.property(anyPower, (power) => {
        for (const ups of powerPlan(siteWith(power)).upses) {
          expect(ups.offDelaySeconds).toBeGreaterThanOrEqual(ups.allDownSeconds + (power.marginSeconds ?? 15));
          for (const { downSeconds } of ups.nodes) expect(downSeconds).toBeLessThanOrEqual(ups.allDownSeconds);
        }
      }),
    );
  });

  test('has the smallest delay in whole steps that does', () => {
    fc.assert(
      fc.property(anyPower, (power) => {
        for (const { neededOffDelaySeconds, stepSeconds, allDownSeconds } of powerPlan(siteWith(power)).upses) {
          expect(neededOffDelaySeconds % stepSeconds).toBe(0);
          expect(neededOffDelaySeconds - stepSeconds).toBeLessThan(allDownSeconds + (power.marginSeconds ?? 15));
        }
      }),
    );
  });

  test('restores the output at least a minute after the cut, for all steps of the UPS', () => {
    fc.assert(
      fc.property(anyPower, fc.integer({ min: 1, max: 900 }), (power, step) => {
        const site = siteWith(power);
        const ups = site.ups.map((one) => (one.server ? one : { ...one, delayStepSeconds: step }));
        for (const { ups: of, offDelaySeconds, returnSeconds = 0 } of powerPlan({ ...site, ups }).upses) {
          if (!of.server) expect(returnSeconds).toBeGreaterThanOrEqual(offDelaySeconds + 60);
        }
      }),
    );
  });

  test('has a timeline whose nodes commit, power off and are off in this order, never later than the latest', () => {
    fc.assert(
      fc.property(anyPower, (power) => {
        for (const { machines } of powerTimelines(siteWith(power))) {
          for (const { usual, latest } of machines) {
            const times = [usual, latest].map(({ commitSeconds, powerOffSeconds, downSeconds }) => [
              commitSeconds,
              powerOffSeconds,
              downSeconds,
            ]);
            expect(times).toEqual(times.map((list) => list.toSorted((a, b) => a - b)));
            expect(usual.downSeconds).toBeLessThanOrEqual(latest.downSeconds);
          }
        }
      }),
    );
  });

  test('has events whose latest time is not before the earliest, in the order of the latest', () => {
    fc.assert(
      fc.property(anyPower, (power) => {
        for (const { events } of powerTimelines(siteWith(power))) {
          const latest = events.map(({ latestSeconds = Number.POSITIVE_INFINITY }) => latestSeconds);
          expect(latest).toEqual(latest.toSorted((a, b) => a - b));
          for (const { earliestSeconds, latestSeconds } of events) {
            expect(earliestSeconds).toBeLessThanOrEqual(latestSeconds ?? Number.POSITIVE_INFINITY);
          }
        }
      }),
    );
  });
});

test('the events of the shipped site are in the order of time', () => {
  const [timeline] = powerTimelines(loadCluster(readFileSync('cluster.yaml', 'utf8'), 'cluster.yaml').cluster);
  expect(
    timeline?.events.map(
      ({ earliestSeconds, latestSeconds, who, what }) => `${earliestSeconds}..${latestSeconds ?? ''} ${who} ${what}`,
    ),
  ).toEqual([
    '-7..0 ups1 is on battery and reports low battery (LB), or reaches a limit of earlyShutdown',
    '0..0 k3s-1 declares the forced shutdown (FSD)',
    '0..21 every node schedules its own power-off',
    '0..21 k3s-1 commands ups1 to cut its output after 120 s',
    '5..27 k3s-2 power-off begins',
    '5..27 k3s-3 power-off begins',
    '10..32 k3s-1 power-off begins',
    '5..87 k3s-2 off, by force if necessary',
    '5..87 k3s-3 off, by force if necessary',
    '10..92 k3s-1 off, by force if necessary',
    '120..141 ups1 cuts its output, even if mains power has returned',
    '180.. ups1 restores its output if mains power is present; the nodes start',
  ]);
});

test('a battery outlasts nodes that detect the shutdown MAXAGE later, because their UPS stopped responding at low battery', () => {
  const site = defineCluster({
    ...ipv4Site(),
    ups: [{ name: 'ups1', driver: 'mge-shut', node: 'k3s-1', port: '/dev/ttyS0', runtimeAtLowBatterySeconds: 300 }],
    power: { marginSeconds: 5 },
  });
  const [ups] = powerPlan(site).upses;
  expect(ups && runtimeSum(site, ups)).toBe(
    '2 pollinterval + 5 POLLFREQ + 15 MAXAGE + 92 all nodes off + 5 margin = 119',
  );
  expect(ups?.runtimeNeededSeconds).toBe(119);
});
