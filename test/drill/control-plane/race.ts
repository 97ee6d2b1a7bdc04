import { type Scenario, seconds } from '../scenario';
import { type ControlPlaneLabProps, withControlPlane } from './control-plane-lab';

/** Concurrent labs, and successive rounds in each. */
const LABS = 4;
const ROUNDS = 5;

/** Servers without data start at once, 20 times: each time one cluster, and all of them in it. */
export const race =
  (count: number) =>
  async (scenario: Scenario): Promise<void> => {
    const times: number[] = [];
    const rounds = (await Promise.all(Array.from({ length: LABS }, () => oneLab({ scenario, count }, times)))).flat();
    for (const clusters of [0, 1, 2, 3]) {
      const matching = rounds.filter((one) => one === clusters).length;
      scenario.measure(`rounds with ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'}`, String(matching));
    }
    const sorted = times.toSorted((a, b) => a - b);
    scenario.measure('all servers run, fastest and slowest', `${seconds(sorted[0])}, ${seconds(sorted.at(-1))}`);
    scenario.check(
      `${count} servers end in one cluster, in ${rounds.length} of ${rounds.length} rounds`,
      rounds.every((clusters) => clusters === 1),
    );
  };

/** Returns the number of clusters of each round. */
async function oneLab(props: ControlPlaneLabProps, times: number[]): Promise<number[]> {
  const rounds: number[] = [];
  await withControlPlane(props, async (lab) => {
    for (let round = 0; round < ROUNDS; round++) {
      const startedAt = performance.now();
      await Promise.all(lab.servers.map((server) => server.keepStarting()));
      times.push(performance.now() - startedAt);
      const joined = lab.servers.every((server) => server.cluster() !== undefined);
      rounds.push(joined ? lab.clusters().length : 0);
      await Promise.all(lab.servers.map((server) => server.wipe()));
    }
  });
  return rounds;
}
