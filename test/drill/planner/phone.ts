import { readFileSync } from 'node:fs';
import type { Scenario } from '../scenario';
import { EXAMPLES, withPage } from './browser';

const WIDTH = 360;
const TABS = ['site', 'power', 'failover', 'files', 'runbook'];

/** On a phone nothing is wider than the screen, whatever the site. */
export const phone = (scenario: Scenario): Promise<void> =>
  withPage(
    scenario,
    async (open) => {
      const widest = () => open.page.evaluate<number>('document.documentElement.scrollWidth');
      for (const file of EXAMPLES) {
        await open.write(readFileSync(file, 'utf8'));
        await open.page.getByRole('button', { name: 'Download all as zip', disabled: false }).waitFor();
        const widths: number[] = [];
        for (const tab of TABS) {
          await open.tab(tab);
          widths.push(await widest());
        }
        scenario.check(`${file} fits into ${WIDTH} px`, Math.max(...widths) <= WIDTH, widths.join(' '));
      }
      await open.page.evaluate(`document.querySelector('main').style.width = '${WIDTH + 1}px'`);
      scenario.check('control: one pixel more is measured', (await widest()) === WIDTH + 1);
    },
    '',
    { viewport: { width: WIDTH, height: 740 }, colorScheme: 'dark' },
  );
