import type { Scenario } from '../scenario';
import { type ControlPlaneLabProps, withControlPlane } from './control-plane-lab';

/** Concurrent labs, and successive rounds in each. */
const LABS = 4;
const ROUNDS = 5;
/** More than one: on a busy host, servers that start together may claim at different times, which needs no tie-break. */
const CONTROL_ROUNDS = 4;

/** The exit status of k3s-ha when another server claimed at the same time. */
const LOST = 3;

/** The result of three servers that bootstrap at once. */
interface Round {
  readonly clusters: number;
  readonly codes: readonly number[];
}

/** Three servers bootstrap at once, repeatedly: each time one of them does, and the others join it. */
export async function race(scenario: Scenario): Promise<void> {
  const rounds = await inLabs({ scenario }, LABS, ROUNDS, true);
  tell(scenario, rounds);
  const contested = rounds.filter(({ codes }) => codes.includes(LOST)).length;
  scenario.measure('rounds decided by the tie-break', String(contested));
  scenario.check('the tie-break decided some rounds', contested > 0);
  const good = rounds.filter(
    ({ clusters, codes }) => clusters === 1 && codes.filter((code) => code === 0).length === 1,
  );
  scenario.check(
    `exactly one of three bootstraps, in ${rounds.length} of ${rounds.length} rounds`,
    good.length === rounds.length,
  );
}

/** Negative control: without the tie-break, all servers that claimed at the same time bootstrap. */
export async function raceControl(scenario: Scenario): Promise<void> {
  const change = (file: string, text: string) =>
    file === 'server/k3s-ha' ? text.replace('[ "$first" = "$mine" ]', 'true') : text;
  const rounds = await inLabs({ scenario, change }, 1, CONTROL_ROUNDS, false);
  tell(scenario, rounds);
  scenario.check(
    'control: without the tie-break several clusters are bootstrapped',
    rounds.some(({ clusters }) => clusters > 1),
  );
}

async function inLabs(props: ControlPlaneLabProps, labs: number, count: number, join: boolean): Promise<Round[]> {
  return (await Promise.all(Array.from({ length: labs }, () => oneLab(props, count, join)))).flat();
}

async function oneLab(props: ControlPlaneLabProps, count: number, join: boolean): Promise<Round[]> {
  const rounds: Round[] = [];
  await withControlPlane(props, async ({ servers }) => {
    for (let round = 0; round < count; round++) {
      const verdicts = await Promise.all(servers.map((server) => server.ha('init', '--never-existed')));
      const founders = new Set(servers.flatMap((server) => server.cluster()?.id ?? []));
      rounds.push({ clusters: founders.size, codes: verdicts.map(({ code }) => code) });
      if (join && round === count - 1) {
        await Promise.all(servers.map((server) => server.systemctl('start')));
        const all = servers.map((server) => server.cluster()?.id);
        props.scenario.check(
          'then all three servers are in one cluster',
          new Set(all).size === 1 && !all.includes(undefined),
        );
      }
      await Promise.all(servers.map((server) => server.wipe()));
    }
  });
  return rounds;
}

function tell(scenario: Scenario, rounds: readonly Round[]): void {
  for (const count of [0, 1, 2, 3]) {
    const matching = rounds.filter(({ clusters }) => clusters === count).length;
    scenario.measure(`rounds with ${count} ${count === 1 ? 'cluster' : 'clusters'}`, String(matching));
  }
}
