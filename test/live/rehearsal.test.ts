import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kubectl } from '../../lib/live/kubectl';
import { answers } from '../../lib/live/rehearsal/answers';
import { expectedOf } from '../../lib/live/rehearsal/course';
import { rehearse, type Senses } from '../../lib/live/rehearsal/rehearse';
import { planHash, rehearsalFile, rehearsalRow, rehearsalText } from '../../lib/live/rehearsal/result';
import { sensesOf } from '../../lib/live/rehearsal/senses';
import { portOf } from '../support/listening';
import { homeInput, site } from '../support/sites';

const home = site();
const [ups] = home.ups;
if (!ups) throw new Error('the site has no UPS');
const BEGIN = Date.parse('2026-06-01T12:00:00Z');
const ADDRESS = { 'k3s-1': '192.168.10.11', 'k3s-2': '192.168.10.12', 'k3s-3': '192.168.10.13' } as const;
const ROUTER = '192.168.10.1';
type Host = keyof typeof ADDRESS;

/** From the second to the end, or to another second. */
type Span = readonly [from: number, to?: number];
const isIn = (second: number, [from, to = Number.POSITIVE_INFINITY]: Span) => second >= from && second < to;

/** An outage on a clock that moves only when the rehearsal sleeps. */
interface Outage {
  /** ups.status from each second on. */
  readonly status: Readonly<Record<number, string | undefined>>;
  readonly off?: Partial<Record<Host, Span>>;
  /** This computer has no network. */
  readonly blind?: Span;
  /** The second at which Enter is pressed. */
  readonly pressed?: number;
  /** Seconds of the last power-off in the record of each host. */
  readonly records?: Partial<Record<Host, number>>;
}

async function run(outage: Outage, cluster = home, timeoutSeconds = 600) {
  let now = BEGIN;
  let waits = outage.pressed;
  const printed: string[] = [];
  const second = () => (now - BEGIN) / 1000;
  const isBlind = () => outage.blind !== undefined && isIn(second(), outage.blind);
  const senses: Senses = {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    print: (line) => void printed.push(line),
    pressed: () => {
      const is = waits !== undefined && second() >= waits;
      if (is) waits = undefined;
      return is;
    },
    answers: async (address) => {
      if (isBlind()) return false;
      const [name] = Object.entries(ADDRESS).find(([, one]) => one === address) ?? [];
      const span = outage.off?.[name as Host];
      return address === ROUTER || (name !== undefined && !(span && isIn(second(), span)));
    },
    upsStatus: async () => {
      const from = Object.keys(outage.status)
        .map(Number)
        .filter((key) => key <= second());
      return isBlind() ? undefined : outage.status[Math.max(...from)];
    },
    lastPowerOff: async (host) => {
      const at = outage.records?.[host as Host];
      return at === undefined ? undefined : BEGIN + at * 1000;
    },
  };
  return { result: await rehearse(cluster, ups as typeof ups & object, senses, timeoutSeconds * 1000), printed };
}

/** The shutdown begins at 60 s. */
const CLEAN: Outage = {
  status: { 0: 'OL', 10: 'OB DISCHRG', 60: 'OB LB', 62: 'FSD OB LB', 100: undefined, 300: 'OL CHRG' },
  off: { 'k3s-2': [90, 280], 'k3s-3': [95, 285], 'k3s-1': [110, 290] },
  pressed: 230,
};

describe('a rehearsal', () => {
  test('says each step and each event with its time', async () => {
    expect((await run(CLEAN)).printed).toEqual([
      '12:00:00 > Pull the plug of ups1 now.',
      '12:00:10 ups1 is on battery',
      '12:00:11 > Leave it unplugged. The shutdown begins at low battery.',
      '12:01:00 ups1 reports low battery',
      '12:01:00 the shutdown begins',
      '12:01:01 > The shutdown has begun. Leave it unplugged until every host is off and the output is cut.',
      expect.stringMatching(/^12:01:30 k3s-2 is off, 30 s after the shutdown began, by the plan within \d+ s$/),
      expect.stringMatching(/^12:01:35 k3s-3 is off, 35 s/),
      expect.stringMatching(/^12:01:50 k3s-1 is off, 50 s/),
      expect.stringMatching(/^12:01:54 > Every host is off. Press Enter when ups1 cuts its output, \d+ s after/),
      '12:03:50 ups1 cuts its output, 170 s after the shutdown began',
      '12:03:51 > Plug ups1 in. The hosts start.',
      '12:04:40 k3s-2 answers again',
      '12:04:45 k3s-3 answers again',
      '12:04:50 k3s-1 answers again',
      '12:05:00 ups1 is on line',
    ]);
  });

  test('has the times of each host and its margin to the cut', async () => {
    const { result } = await run(CLEAN);
    expect(result).toMatchObject({ armed: true, problems: [], blind: false, cut: '2026-06-01T12:03:50.000Z' });
    expect(result.hosts['k3s-1']).toMatchObject({
      offAfterSeconds: 50,
      marginSeconds: 120,
      back: '2026-06-01T12:04:50.000Z',
    });
    expect(rehearsalText('ups1', result)).toMatch(/^k3s-1 +50 s +\d+ s +120 s +12:04:50$/m);
  });

  test('counts the margin to the planned cut when nobody reports it', async () => {
    const { result } = await run({ ...CLEAN, pressed: undefined });
    expect(result.cut).toBeNull();
    expect(result.hosts['k3s-1']?.marginSeconds).toBeGreaterThan(0);
  });

  test.each<[string, Partial<Outage>, string[]]>([
    ['a host that stays on', { off: { ...CLEAN.off, 'k3s-2': [1000] } }, ['k3s-2 was not seen off']],
    [
      'a host that is off after the cut and later than planned',
      { off: { ...CLEAN.off, 'k3s-1': [235, 290] } },
      [
        expect.stringMatching(/^k3s-1 was off after 175 s, by the plan within \d+ s$/),
        'k3s-1 was still on when the output was cut',
      ],
    ],
    ['a host that stays off', { off: { ...CLEAN.off, 'k3s-3': [95] } }, ['k3s-3 did not answer again']],
    [
      'mains power that does not return',
      { status: { ...CLEAN.status, 300: undefined } },
      ['ups1 was not seen on line again'],
    ],
    [
      'no outage',
      { status: { 0: 'OL' }, off: {} },
      [
        'ups1 was not seen on battery',
        'ups1 was not seen on line again',
        'no shutdown was seen',
        ...['k3s-2', 'k3s-3', 'k3s-1'].map((name) => `${name} was not seen off`),
      ],
    ],
  ])('reports %s', async (_, changes, problems) => {
    expect((await run({ ...CLEAN, ...changes })).result.problems).toEqual(problems);
  });

  test('does not take a host for off that is silent for a moment', async () => {
    const { result } = await run({ status: { 0: 'OL', 10: 'OB', 30: 'OL' }, off: { 'k3s-2': [15, 17] } });
    expect(result.hosts['k3s-2']?.off).toBeNull();
    expect(result.problems).toContain('no shutdown was seen');
  });

  test('reports nothing about hosts while this computer has no network, and takes their own records', async () => {
    const { result, printed } = await run({
      ...CLEAN,
      blind: [50, 305],
      records: { 'k3s-1': 62, 'k3s-2': 61, 'k3s-3': 61 },
    });
    expect(printed).toContain('         this computer has no network; times may be missing');
    expect(result).toMatchObject({ blind: true, shutdown: null });
    expect(result.hosts['k3s-2']).toMatchObject({ off: null, recorded: '2026-06-01T12:01:01.000Z' });
    expect(result.problems).toEqual(['no shutdown was seen']);
  });

  test('of a site that is not armed expects that no host powers off', async () => {
    const outage: Outage = { status: { 0: 'OL', 10: 'OB', 60: 'OB LB', 90: 'OL CHRG' } };
    const disarmed = site({ power: { armed: false } });
    const { result, printed } = await run(outage, disarmed);
    expect(printed[2]).toContain('power.armed is false, so no host powers off. Plug ups1 in after low battery');
    expect(result).toMatchObject({ armed: false, lowBattery: '2026-06-01T12:01:00.000Z', problems: [] });
    const off = await run({ ...outage, off: { 'k3s-2': [70] } }, disarmed);
    expect(off.result.problems).toEqual(['k3s-2 powered off, and should have stayed on']);
  });
});

test('a rehearsal expects hosts outside the cluster to power off, unless the site is not armed', () => {
  const [first] = homeInput.ups ?? [];
  if (!first) throw new Error('the site has no UPS');
  const clients = [{ name: 'nas', address: '192.168.10.40', haltBudgetSeconds: 60 }];
  const hostsOf = (armed: boolean) => {
    const cluster = site({ ups: [{ ...first, clients }], power: { armed } });
    const [fed] = cluster.ups;
    return fed ? expectedOf(cluster, fed).hosts.filter(({ name }) => name === 'nas') : [];
  };
  expect(hostsOf(true)).toEqual([{ name: 'nas', address: '192.168.10.40', offWithinSeconds: expect.any(Number) }]);
  expect(hostsOf(false)).toEqual([]);
});

describe('the row of doctor about a rehearsal', () => {
  const days = (count: number) => new Date(BEGIN + count * 86_400_000);
  const row = async (changes: Partial<Awaited<ReturnType<typeof run>>['result']> = {}, later = 10, cluster = home) =>
    rehearsalRow(cluster, ups, { ...(await run(CLEAN)).result, ...changes }, days(later));

  test('has its age and the smallest margin', async () => {
    expect(await row()).toMatchObject({ isGood: true, found: '2026-06-01, 10 days ago, smallest margin 120 s' });
  });

  test.each([
    ['none', undefined, 'never'],
    ['one with a problem', { problems: ['k3s-3 did not answer again'] }, ': k3s-3 did not answer again'],
    ['one of a site that was not armed', { armed: false }, ', while power.armed was false'],
    ['one of another plan', { plan: 'other' }, ', with another power plan'],
  ])('has a cure for %s', async (_, changes, found) => {
    const found_ = changes ? await row(changes) : rehearsalRow(home, ups, undefined, days(0));
    expect(found_).toMatchObject({
      isGood: false,
      found: expect.stringContaining(found),
      cure: 'power-safe-k3s rehearse, at a time when the hosts may power off',
    });
  });

  test('has a cure after a year', async () => {
    expect([(await row({}, 365)).isGood, (await row({}, 366)).isGood]).toEqual([true, false]);
  });

  test('has another plan after a change of nodes or times', () => {
    expect(planHash(site({ power: { marginSeconds: 30 } }))).not.toBe(planHash(home));
  });
});

describe('the senses of a rehearsal', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'senses-'));
  });
  /** Stands for kubectl and the pods of NUT. */
  const senses = (script: string) => {
    const program = join(folder, 'kubectl');
    writeFileSync(program, `#!/bin/sh\necho "$*" >>${folder}/calls\n${script}\n`, { mode: 0o755 });
    const terminal = { print: () => undefined, pressed: () => false };
    return sensesOf(home, ups, { direct: new Kubectl(program, []) }, terminal);
  };
  const pods = (...names: readonly (readonly [string, string])[]) =>
    JSON.stringify({ items: names.map(([name, nodeName]) => ({ metadata: { name }, spec: { nodeName } })) });
  const LIST = pods(['nut-notify-n', 'k3s-1'], ['nut-primary-a', 'k3s-1'], ['nut-secondary-b', 'k3s-2']);

  test('ask the pod of the node with the cable for the UPS, and the pod of a host for its record', async () => {
    const seen = senses(
      `case "$*" in *'get pods'*) echo '${LIST}' ;; *upsc*) echo 'OB DISCHRG' ;; *) echo '1796000000 deadline: primary' ;; esac`,
    );
    expect(await seen.upsStatus()).toBe('OB DISCHRG');
    expect(await seen.lastPowerOff('k3s-2')).toBe(1_796_000_000_000);
    expect(await seen.lastPowerOff('k3s-3')).toBeUndefined();
    const calls = readFileSync(join(folder, 'calls'), 'utf8').split('\n');
    expect(calls).toContain(
      '--namespace=nut exec nut-primary-a --container=upsd -- upsc ups1@127.0.0.1:3493 ups.status',
    );
    expect(calls.filter((call) => call.includes('nut-secondary-b --container=second'))).toHaveLength(1);
  });

  test('know nothing of a UPS while kubectl fails or cannot be started, and list the pods again afterwards', async () => {
    const seen = senses(
      `[ -e ${folder}/up ] || exit 1; case "$*" in *'get pods'*) echo '${LIST}' ;; *) echo OL ;; esac`,
    );
    expect(await seen.upsStatus()).toBeUndefined();
    writeFileSync(join(folder, 'up'), '');
    expect(await seen.upsStatus()).toBe('OL');
    rmSync(join(folder, 'kubectl'));
    expect(await seen.upsStatus()).toBeUndefined();
  });
});

test.each([
  ['clusters/north.yaml', 'clusters/north.rehearsal.json'],
  ['site.json', 'site.json.rehearsal.json'],
])('the rehearsals of %s are in a file of their own, %s', (file, own) => expect(rehearsalFile(file)).toBe(own));

test('a host answers that accepts or refuses a connection', async () => {
  const server = createServer();
  const port = await portOf(server);
  expect(await answers('127.0.0.1', [port])).toBe(true);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  expect(await answers('127.0.0.1', [port])).toBe(true);
});
