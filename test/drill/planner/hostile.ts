import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../scenario';
import { OpenPage, shipped, withPage } from './browser';

/** Markup that says in the title of the page that it has run. */
const MARKUP = `<img src=x onerror="document.title='broken in'"><script>document.title='broken in'</script>`;
const QUOTED = JSON.stringify(MARKUP);

/** Sites that try to put markup into the page, through everything that a site can name. */
const SITES: Readonly<Record<string, string>> = {
  'a description': shipped().replace('description: office ', `description: ${QUOTED} `),
  'an unknown key': `${QUOTED}: 1\n${shipped()}`,
  'a name': shipped().replace('name: home ', `name: ${QUOTED} `),
  'an option of the driver': shipped().replace('    # options: ', `    options: { x: ${QUOTED} }\n    # options: `),
  'a link of Markdown': shipped().replace(
    'description: office ',
    'description: "[a](javascript:document.title=1) ![](x)" ',
  ),
  'broken YAML': `${MARKUP}: [`,
};

/** Nothing that a site says becomes markup of the page. */
export const hostile = (scenario: Scenario): Promise<void> =>
  withPage(scenario, async (open) => {
    const { page } = open;
    const title = await page.title();
    for (const [name, text] of Object.entries(SITES)) {
      await open.write(text);
      for (const tab of ['power', 'files', 'runbook', 'site']) {
        await open.tab(tab);
        await page.waitForTimeout(300);
      }
      const foreign = await page
        .locator('img:not(.cm-widgetBuffer), script:not(:first-of-type), iframe, a[href^="javascript"]')
        .count();
      scenario.check(
        `markup in ${name} stays text`,
        (await page.title()) === title && foreign === 0,
        `${foreign} elements`,
      );
    }
    await control(scenario);
  });

/** The same markup in a page that takes texts as markup. */
async function control(scenario: Scenario): Promise<void> {
  const file = join(scenario.folder('control'), 'page.html');
  writeFileSync(
    file,
    `<title>control</title><script>document.write(${JSON.stringify(MARKUP).replaceAll('</', '<\\/')})</script>`,
  );
  const open = await OpenPage.open('', {}, file);
  try {
    await scenario.reach(
      'control: it runs where texts are markup',
      5000,
      async () => (await open.page.title()) === 'broken in',
    );
  } finally {
    await open.close();
  }
}
