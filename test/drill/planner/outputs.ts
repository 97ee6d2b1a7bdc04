import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { unzipped } from '../../../planner/outputs';
import { programPath } from '../../support/program';
import { treeOf } from '../../support/tree';
import type { Scenario } from '../scenario';
import { EXAMPLES, type OpenPage, PAGE_FILE, withPage } from './browser';

/** The zip of every example has the bytes that synth writes. */
export const outputs = (scenario: Scenario): Promise<void> =>
  withPage(scenario, async (open) => {
    for (const file of EXAMPLES) {
      const text = readFileSync(file, 'utf8');
      const zip = await downloaded(open, text);
      const differing = differences(zip, treeOf(written(scenario, text)));
      const count = Object.keys(zip).length;
      scenario.check(
        `${file}: ${count} files are those of synth`,
        count > 15 && differing.length === 0,
        differing.join(' '),
      );
    }
    const text = readFileSync('cluster.yaml', 'utf8');
    const folder = written(scenario, text.replace('vip: 192.168.10.5 ', 'vip: 192.168.10.6 '));
    const differing = differences(await downloaded(open, text), treeOf(folder)).filter(
      (path) => path !== 'cluster.yaml',
    );
    scenario.check('control: a site with another VIP has other files', differing.length > 5, differing.join(' '));
    await open.tab('files');
    await open.page.getByLabel('or a folder').setInputFiles(folder);
    await scenario.reach(`compared with its folder, ${differing.length} files differ`, 5000, () =>
      open.page.getByText(`Different: ${differing.length}, new: 0, no longer written: 0.`).isVisible(),
    );
    await open.page.getByRole('button', { name: 'hosts/server/config.yaml' }).click();
    const [removed, added] = await Promise.all(
      ['del', 'ins'].map((tag) => open.page.locator(`pre ${tag}`).allInnerTexts()),
    );
    scenario.check(
      'the difference is that of the two addresses',
      /192.168.10.6/.test(`${removed}`) && /192.168.10.5/.test(`${added}`),
    );
    const bad = { name: 'bad.zip', mimeType: 'application/zip', buffer: Buffer.from('no zip') };
    await open.page.getByLabel('Compare with').setInputFiles(bad);
    await scenario.reach('a file that is no zip is refused', 5000, () =>
      open.page.getByText('The zip cannot be read').isVisible(),
    );
    await printing(scenario, open);
  });

async function downloaded(open: OpenPage, text: string): Promise<Readonly<Record<string, string>>> {
  const button = open.page.getByRole('button', { name: 'Download all as zip', disabled: false });
  await open.write(text);
  const [download] = await Promise.all([open.page.waitForEvent('download'), button.click()]);
  return Object.fromEntries(unzipped(readFileSync(await download.path())));
}

/** A folder with a text and the files that synth writes for it. */
function written(scenario: Scenario, text: string): string {
  const folder = mkdtempSync(join(scenario.folder('sites'), 'site-'));
  writeFileSync(join(folder, 'cluster.yaml'), text);
  const { status, stderr } = spawnSync(process.execPath, [programPath(), 'synth'], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`synth ended with ${status}: ${stderr}`);
  return folder;
}

const differences = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((path) => a[path] !== b[path]);

/** On paper is the runbook and nothing else. */
async function printing(scenario: Scenario, { page, tab }: OpenPage): Promise<void> {
  await tab('runbook');
  const parts = [
    page.getByRole('heading', { name: 'Quorum is lost' }),
    page.getByRole('button', { name: 'Print' }),
    page.locator('.editor'),
  ];
  const seen = () => Promise.all(parts.map((part) => part.isVisible()));
  await scenario.reach('the runbook is shown', 5000, async () => (await seen()).every(Boolean));
  await page.getByRole('link', { name: 'Quorum is lost' }).first().click();
  scenario.check(
    'a click on its contents goes to the chapter, and the page keeps the site',
    (await page.evaluate<number>(`document.querySelector('#quorum-is-lost').getBoundingClientRect().top`)) < 300 &&
      page.url() === pathToFileURL(PAGE_FILE).href,
    page.url(),
  );
  await page.emulateMedia({ media: 'print' });
  scenario.check(
    'the printer gets the runbook without the page around it',
    `${await seen()}` === 'true,false,false',
    `${await seen()}`,
  );
}
