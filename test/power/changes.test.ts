import fc from 'fast-check';
import type { Problem } from '../../lib/cluster/problem';
import type { ClusterInput } from '../../lib/cluster/schema';
import { checkCluster } from '../../lib/site/check';
import { changed, ipv4Site } from '../support/site-input';
import { anyPower } from './arbitraries';

/** A site with one UPS and machines of all three roles. */
const anySite = fc
  .record({
    power: anyPower,
    driver: fc.constantFrom('usbhid-ups', 'nutdrv_qx', 'blazer_usb', 'snmp-ups'),
    step: fc.constantFrom(undefined, 7, 60),
    offdelay: fc.option(fc.integer({ min: 1, max: 15 }).map((minutes) => minutes * 420)),
    measured: fc.integer({ min: 1, max: 900 }),
    isEarly: fc.boolean(),
    own: fc.option(fc.record({ stageSeconds: fc.nat(60), haltBudgetSeconds: fc.integer({ min: 10, max: 300 }) })),
    clientHalt: fc.option(fc.integer({ min: 10, max: 300 })),
  })
  .map(({ power, driver, step, offdelay, measured, isEarly, own, clientHalt }): ClusterInput => {
    const runtime = isEarly ? {} : { runtimeAtLowBatterySeconds: measured };
    return {
      ...ipv4Site(),
      nodes: ipv4Site().nodes.map((node, i) => ({ ...node, ups: 'ups1', ...(i === 1 ? own : {}) })),
      ups: [
        {
          name: 'ups1',
          clients:
            clientHalt === null ? [] : [{ name: 'nas', address: '192.168.10.40', haltBudgetSeconds: clientHalt }],
          driver,
          port: driver === 'snmp-ups' ? '192.168.10.20' : 'auto',
          node: 'k3s-1',
          options: {
            ...(driver === 'snmp-ups' ? { mibs: 'cyberpower' } : {}),
            ...(offdelay === null ? {} : { offdelay }),
          },
          delayStepSeconds: step,
          ...runtime,
        },
      ],
      power: { ...power, ...(isEarly ? { earlyShutdown: { runtimeBelowSeconds: measured } } : {}) },
    };
  });

const found = (site: unknown, rule: string): Problem | undefined =>
  checkCluster(structuredClone(site)).problems.find((problem) => problem.rule === rule);

const errorsOf = (site: unknown): string[] =>
  checkCluster(structuredClone(site))
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ rule }) => rule);

/** Every way out that the cure names, as paths and values, read from its text as a person would. */
const waysOut = ({ cure }: Problem): Record<string, number>[] =>
  cure
    .replace(/ \(.*\)$/, '')
    .split(', or ')
    .filter((way) => / to \d/.test(way))
    .map((way) =>
      Object.fromEntries([...way.matchAll(/([\w.[\]]+) to (\d+)/g)].map(([, path, value]) => [path, Number(value)])),
    );

const withChanges = (site: ClusterInput, changes: Record<string, number>): unknown =>
  changed(structuredClone(site), changes);

/** 430 is a multiple of no step. */
const anyOffdelay = fc.oneof(
  anySite,
  anySite.map((site) => withChanges(site, { 'ups[0].options.offdelay': 430 }) as ClusterInput),
);
const TIMING = ['offdelay-step', 'offdelay-too-long', 'offdelay-too-short', 'runtime-too-short'];

test('the cure of each rule of the timing makes the error vanish, whichever way one takes', () => {
  const judged = new Set<string>();
  fc.assert(
    fc.property(anyOffdelay, (site) => {
      for (const problem of checkCluster(structuredClone(site)).problems) {
        if (!TIMING.includes(problem.rule)) continue;
        judged.add(problem.rule);
        const ways = waysOut(problem);
        const stillThere = ways.filter((way) => found(withChanges(site, way), problem.rule));
        expect([
          problem.rule,
          stillThere,
          ways.length > 0 || /another driver|larger battery/.test(problem.cure),
        ]).toEqual([problem.rule, [], true]);
      }
    }),
    { numRuns: 300 },
  );
  expect([...judged].toSorted()).toEqual(TIMING);
});

describe('the cure of runtime-too-short', () => {
  test('is the smallest: a second less of it is not enough', () => {
    let judged = 0;
    fc.assert(
      fc.property(anySite, (site) => {
        const problem = found(site, 'runtime-too-short');
        for (const way of problem ? waysOut(problem) : []) {
          for (const [path, value] of Object.entries(way)) {
            // a halt budget may not be a second longer, an early shutdown not begin a second later; offdelay goes by steps
            if (path.endsWith('offdelay')) continue;
            const less = path.endsWith('runtimeBelowSeconds') ? value - 1 : value + 1;
            const tooFar = withChanges(site, { ...way, [path]: less });
            // where the owner gave offdelay, the machines no longer fit it
            expect(found(tooFar, 'runtime-too-short') ?? found(tooFar, 'offdelay-too-short')).toBeDefined();
            judged++;
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(judged).toBeGreaterThan(50);
  });

  test('brings no other error', () => {
    fc.assert(
      fc.property(anySite, (site) => {
        const problem = found(site, 'runtime-too-short');
        const before = errorsOf(site);
        const fresh = (problem ? waysOut(problem) : []).flatMap((way) =>
          errorsOf(withChanges(site, way)).filter((rule) => !before.includes(rule)),
        );
        expect(fresh).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('proposes no halt budget that is none', () => {
    fc.assert(
      fc.property(anySite, (site) => {
        const problem = found(site, 'runtime-too-short');
        const budgets = (problem ? waysOut(problem) : []).flatMap((way) =>
          Object.entries(way).filter(([path]) => path.includes('haltBudget')),
        );
        for (const [, value] of budgets) expect(value).toBeGreaterThanOrEqual(10);
      }),
      { numRuns: 300 },
    );
  });
});
