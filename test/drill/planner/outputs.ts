import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipped } from '../../../planner/outputs';
import { programPath } from '../../support/program';
import { treeOf } from '../../support/tree';
import type { Scenario } from '../scenario';
import { type OpenPage, withPage } from './browser';

const EXAMPLES = ['cluster.yaml', ...readdirSync('examples').map((name) => join('examples', name))];

/** The zip of every example has the bytes that synth writes. */
export const zipEqualsSynth = (scenario: Scenario): Promise<void> =>
  withPage(scenario, async (open) => {
    for (const file of EXAMPLES) {
      const text = readFileSync(file, 'utf8');
      const zip = await downloaded(open, text);
      const differing = differences(zip, written(scenario, text));
      const count = Object.keys(zip).length;
      scenario.check(
        `${file}: ${count} files are those of synth`,
        count > 20 && differing.length === 0,
        differing.join(' '),
      );
    }
    const text = readFileSync('cluster.yaml', 'utf8');
    const other = written(scenario, text.replace('vip: 192.168.10.5 ', 'vip: 192.168.10.6 '));
    const differing = differences(await downloaded(open, text), other);
    scenario.check('control: a site with another VIP has other files', differing.length > 5, differing.join(' '));
  });

async function downloaded(open: OpenPage, text: string): Promise<Readonly<Record<string, string>>> {
  const button = open.page.getByRole('button', { name: 'Download all as zip', disabled: false });
  await open.write(text);
  const [download] = await Promise.all([open.page.waitForEvent('download'), button.click()]);
  return Object.fromEntries(unzipped(readFileSync(await download.path())));
}

/** The files that synth writes for a text, and the text. */
function written(scenario: Scenario, text: string): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(scenario.folder('sites'), 'site-'));
  writeFileSync(join(folder, 'cluster.yaml'), text);
  const { status, stderr } = spawnSync(process.execPath, [programPath(), 'synth'], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`synth ended with ${status}: ${stderr}`);
  return treeOf(folder);
}

const differences = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((path) => a[path] !== b[path]);
