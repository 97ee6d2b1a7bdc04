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
    await page.getByRole('button', { name: 'Write into cluster.yaml' }).click();
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
      await page.getByText('None of them may be off as well').isVisible(),
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

/** Longest time between two frames of a screen of 60 Hz that is not seen as a stop: two frames and the jitter of a busy host. */
const LONGEST_MEDIAN_MS = 20;

/** A person drags a slider: the picture and the promises follow in each frame. */
export const frames = (scenario: Scenario): Promise<void> =>
  withPage(scenario, async (open) => {
    const { page } = open;
    await open.tab('power');
    const measured = await dragging(page);
    scenario.measure(
      'a slider dragged for 3 s, ms from frame to frame',
      `median ${measured.median}, 95 % ${measured.p95}, longest ${measured.longest}, ${measured.pictures} pictures`,
    );
    scenario.check(
      `half of the frames come within ${LONGEST_MEDIAN_MS} ms`,
      measured.median <= LONGEST_MEDIAN_MS,
      `${measured.median} ms`,
    );
    scenario.check(
      'a picture is drawn for most frames',
      measured.pictures > measured.frames / 2,
      `${measured.pictures} of ${measured.frames}`,
    );
    const slow = await dragging(page, 40);
    scenario.check('control: work of 40 ms in each frame is measured', slow.median > 40, `${slow.median} ms`);
  });

interface Frames {
  readonly frames: number;
  readonly median: number;
  readonly p95: number;
  readonly longest: number;
  /** How often the picture was replaced. */
  readonly pictures: number;
}

/** Moves a slider once for each frame. */
const dragging = (page: Page, busyMs = 0): Promise<Frames> =>
  page.evaluate<Frames>(`new Promise((done) => {
    const slider = document.querySelector('#panel-power input[type=range]');
    const times = [];
    let pictures = 0;
    new MutationObserver(() => pictures++).observe(document.querySelector('#panel-power .drawing > div'), { childList: true });
    const end = performance.now() + 3000;
    const frame = (now) => {
      times.push(now);
      slider.valueAsNumber = 60 + 40 * Math.sin(now / 200);
      slider.dispatchEvent(new Event('input'));
      for (const until = performance.now() + ${busyMs}; performance.now() < until; );
      if (now < end) return requestAnimationFrame(frame);
      const gaps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
      const at = (part) => Math.round(10 * gaps[Math.floor((gaps.length - 1) * part)]) / 10;
      done({ frames: gaps.length, median: at(0.5), p95: at(0.95), longest: at(1), pictures });
    };
    requestAnimationFrame(frame);
  })`);
