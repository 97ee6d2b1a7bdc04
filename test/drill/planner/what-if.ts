import type { Page } from 'playwright-core';
import { mayLose } from '../../../lib/cluster';
import { powerPlan } from '../../../lib/power';
import { loadCluster } from '../../../lib/site';
import type { Scenario } from '../scenario';
import { shipped, withPage } from './browser';

/** A person moves the controls of the power failure, and powers hosts off. */
export const whatIf = (scenario: Scenario): Promise<void> =>
  withPage(scenario, async (open) => {
    const { page } = open;
    await open.tab('power');
    const broken = () => page.locator('.promises > .broken').allInnerTexts();
    scenario.check('the shipped site keeps its promises', (await broken()).length === 0);

    await slide(page, 'Halt budget of servers', 200);
    const longer = loadCluster(`${shipped()}  haltBudget: { serverSeconds: 200 }\n`, 'cluster.yaml').cluster;
    const cut = powerPlan(longer).upses[0]?.offDelaySeconds;
    await scenario.reach(
      `with a halt budget of 200 s the output is cut after ${cut} s, as in the plan of synth`,
      5000,
      () => page.getByText(new RegExp(`^cut after ${cut} to `)).isVisible(),
    );
    await page.getByRole('button', { name: 'Write seconds into cluster.yaml' }).click();
    await scenario.reach('the value is written into the text', 5000, async () =>
      (await open.text()).includes('serverSeconds: 200'),
    );

    await slide(page, 'Battery runtime of ups1', 30);
    await scenario.reach('a battery of 30 s breaks a promise, by its rule', 5000, async () =>
      (await broken()).some(
        (text) => text.includes('no host loses power while it runs') && text.includes('runtime-too-short'),
      ),
    );
    await page.getByRole('button', { name: 'As in cluster.yaml' }).click();
    await scenario.reach('control: without the change it is kept', 5000, async () => (await broken()).length === 0);

    await page.getByLabel('ups1 stops responding').check();
    await scenario.reach('a UPS that stops responding breaks one', 5000, async () => (await broken()).length > 0);
    await page.getByLabel('ups1 stops responding').uncheck();

    await open.tab('site');
    const { nodes } = longer;
    const most = mayLose(nodes.length);
    for (const { name } of nodes.slice(0, most)) await page.getByRole('button', { name, exact: true }).click();
    scenario.check(
      `${most} of ${nodes.length} may be off`,
      await page.getByText('No further node may be off').isVisible(),
    );
    await page.locator(`[data-node="${nodes[most]?.name}"]`).click();
    scenario.check(
      'one more, clicked in the picture, ends the quorum',
      await page.getByText('Without a quorum').isVisible(),
    );
  });

/** Moves a slider as a person does with a pointer: the value and the event. */
async function slide(page: Page, label: string, value: number): Promise<void> {
  await page.getByRole('slider', { name: new RegExp(`^${label}`) }).fill(String(value));
}

/** Half of a frame of 60 Hz; the browser needs the rest to paint. */
const MOST_WORK_MS = 8;

/** A person drags a slider: the picture and the promises follow in each frame. */
export const frames = (scenario: Scenario): Promise<void> =>
  withPage(scenario, async (open) => {
    const { page } = open;
    await open.tab('power');
    const { gaps, work, pictures } = await dragging(page);
    scenario.measure('a slider dragged for 3 s: from frame to frame', distribution(gaps));
    scenario.measure('work of the page in a frame', distribution(work));
    scenario.check(
      `half of the frames need less than ${MOST_WORK_MS} ms`,
      at(work, 0.5) < MOST_WORK_MS,
      distribution(work),
    );
    scenario.check(
      'each frame has its picture',
      pictures >= gaps.length - 2,
      `${pictures} pictures, ${gaps.length} frames`,
    );
    const slow = await dragging(page, 40);
    scenario.check('control: frames of 40 ms are not', at(slow.work, 0.5) >= MOST_WORK_MS, distribution(slow.work));
  });

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
const distribution = (sorted: readonly number[]): string =>
  `median ${at(sorted, 0.5).toFixed(1)}, 95 % ${at(sorted, 0.95).toFixed(1)}, longest ${at(sorted, 1).toFixed(1)} ms`;

interface Frames {
  /** From frame to frame, ms, ascending. */
  readonly gaps: readonly number[];
  /** What the page computes in a frame, ms, ascending. */
  readonly work: readonly number[];
  /** How often the picture was replaced. */
  readonly pictures: number;
}

/** Moves a slider once for each frame. */
const dragging = (page: Page, busyMs = 0): Promise<Frames> =>
  page.evaluate<Frames>(`new Promise((done) => {
    const slider = document.querySelector('#panel-power input[type=range]');
    const [times, work] = [[], []];
    let pictures = 0;
    const nextFrame = globalThis.requestAnimationFrame;
    globalThis.requestAnimationFrame = (draw) => nextFrame((now) => {
      const begin = performance.now();
      draw(now);
      while (performance.now() - begin < ${busyMs});
      work.push(performance.now() - begin);
    });
    const observer = new MutationObserver(() => pictures++);
    observer.observe(document.querySelector('#panel-power .drawing > div'), { childList: true });
    const end = performance.now() + 3000;
    const ascending = (list) => list.sort((a, b) => a - b);
    const frame = (now) => {
      times.push(now);
      if (now < end) {
        slider.valueAsNumber = 60 + 40 * Math.sin(now / 200);
        slider.dispatchEvent(new Event('input'));
        return nextFrame(frame);
      }
      observer.disconnect();
      globalThis.requestAnimationFrame = nextFrame;
      done({ gaps: ascending(times.slice(1).map((time, i) => time - times[i])), work: ascending(work), pictures });
    };
    nextFrame(frame);
  })`);
