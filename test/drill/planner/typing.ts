import type { Scenario } from '../scenario';
import { type OpenPage, shipped, withPage } from './browser';

const SHORT_DELAY = shipped().replace('    # options: ', '    options: { offdelay: 60 }\n    # options: ');

/** A person types: errors come with their line and cure, and a cure that needs no decision is applied by a click. */
export const typing = (scenario: Scenario): Promise<void> =>
  withPage(scenario, async (open) => {
    const { page } = open;
    scenario.check('the shipped site has no problem', (await open.problems()).length === 0);

    await open.write(SHORT_DELAY);
    const line = SHORT_DELAY.split('\n').findIndex((text) => text.includes('offdelay: 60')) + 1;
    await scenario.reach('the error has its line and its rule', 5000, async () =>
      (await open.problems()).some((text) => text.startsWith(`line ${line}: offdelay-too-short`)),
    );
    await page.getByRole('button', { name: /offdelay-too-short/ }).click();
    scenario.check(
      'a click goes to the value, which is underlined',
      (await page.locator('.cm-lintRange-error').innerText()) === '60',
    );
    const under = page.locator('.cm-line', { hasText: 'offdelay: 60' }).locator('xpath=following-sibling::*[1]');
    const note = await under.innerText();
    scenario.check('its cure stands under the line', /^offdelay-too-short: .*; /.test(note), note);
    scenario.check('the last valid site is still shown', await page.getByText('last valid site').isVisible());
    await page.getByRole('button', { name: /^set ups\[0\]\.options\.offdelay to \d+$/ }).click();
    await scenario.reach('the click applies the cure', 5000, async () => (await open.problems()).length === 0);
    await page.locator('.cm-content').press('Control+Z');
    await scenario.reach('it can be undone', 5000, async () => (await open.problems()).length === 1);

    await page.locator('.cm-content').press('Control+End');
    await page.keyboard.type('\npow');
    await scenario.reach('what is typed is checked', 5000, async () => (await open.problems()).length > 0);
    await open.tab('files');
    // a valid text for less than the time before it is built
    await open.write(shipped());
    await page.waitForTimeout(50);
    await open.write(SHORT_DELAY);
    await scenario.reach('the last valid site is built while the text has an error', 5000, () =>
      page.getByText('the same bytes as npm run synth').isVisible(),
    );
    const zip = page.getByRole('button', { name: 'Download all as zip' });
    scenario.check('its zip is refused', await zip.isDisabled());
    await open.tab('site');
    await open.write('');
    await page.locator('.cm-content').press('Control+Space');
    await scenario.reach('keys are completed', 5000, async () =>
      (await page.getByRole('option').allInnerTexts()).some((text) => text.startsWith('name')),
    );
    await page.keyboard.press('Escape');
    await open.write('network:\n  subnet: 192.168.10.0/24');
    await page.locator('.cm-line', { hasText: 'subnet' }).getByText('subnet').hover();
    await scenario.reach('a key has its description', 5000, () => page.getByText('Node network.').isVisible());
    await byKeyboard(scenario, open);
  });

/** Every control is reached by the Tab key alone, the editor included. */
async function byKeyboard(scenario: Scenario, { page }: OpenPage): Promise<void> {
  await page.getByRole('button', { name: 'Start', exact: true }).focus();
  const reached: string[] = [];
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('Tab');
    reached.push(
      await page.evaluate<string>(
        `{ let e = document.activeElement; while (e?.shadowRoot) e = e.shadowRoot.activeElement; (e?.getAttribute('role') ?? '') + ' ' + (e?.ariaLabel ?? e?.textContent).slice(0, 40) }`,
      ),
    );
  }
  const wanted = ['Link', 'textbox cluster.yaml', 'tab Site'];
  const missed = wanted.filter((control) => !reached.some((text) => text.trim() === control));
  scenario.check(`the Tab key reaches ${wanted.join(', ')}`, missed.length === 0, missed.join(', '));
}

/** A person who has never seen YAML starts a site by a form, and shares it by a link. */
export const starting = async (scenario: Scenario): Promise<void> => {
  let link = '';
  await withPage(scenario, async (open) => {
    const { page } = open;
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByLabel('Name of the site').fill('garage');
    await page.getByLabel('Network of the nodes').fill('10.7.0.0/24');
    scenario.check('proposals follow the network', (await page.getByLabel('Virtual IP').inputValue()) === '10.7.0.5');
    await page.getByRole('button', { name: 'Write cluster.yaml' }).click();
    await scenario.reach('the picture has the site', 5000, () =>
      page.getByText('VIP 10.7.0.5', { exact: true }).isVisible(),
    );
    scenario.check('the text is valid', !(await open.problems()).some((text) => text.includes('error')));
    await page.getByRole('button', { name: 'Link' }).click();
    link = await page.getByLabel('Link that holds').inputValue();
  });
  await withPage(
    scenario,
    async ({ page }) => {
      await scenario.reach('the link shows the same site', 5000, () =>
        page.getByText('VIP 10.7.0.5', { exact: true }).isVisible(),
      );
    },
    link.slice(link.indexOf('#')),
  );
  await withPage(
    scenario,
    async ({ page }) => {
      await scenario.reach('control: a link that is cut off is refused', 5000, () =>
        page.getByText('holds no site').isVisible(),
      );
    },
    link.slice(link.indexOf('#'), -30),
  );
};
