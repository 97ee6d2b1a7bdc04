import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Scenario } from '../scenario';

export const CHROMIUM = '/usr/bin/chromium';
export const PAGE_FILE = resolve('planner/index.html');

/** Files of valid sites. */
export const EXAMPLES = ['cluster.yaml', ...readdirSync('examples').map((name) => join('examples', name))];

/** The page in a browser, and everything that went wrong in it. */
export class OpenPage {
  readonly errors: string[] = [];
  readonly requests: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly browser: Browser,
  ) {
    page.on('pageerror', (error) => this.errors.push(error.stack ?? String(error)));
    page.on('console', (message) => message.type() === 'error' && this.errors.push(message.text()));
    page.on('dialog', (dialog) => {
      this.errors.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => this.requests.push(request.url()));
  }

  /** Opens the page from disk, with a fragment and options of the browser. */
  static async open(fragment = '', options: BrowserContextOptions = {}, file = PAGE_FILE): Promise<OpenPage> {
    // a sandbox of a browser needs another user than root
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...options });
    page.setDefaultTimeout(10_000);
    const opened = new OpenPage(page, browser);
    await page.goto(pathToFileURL(file).href + fragment);
    return opened;
  }

  /** Opens a file with this text. */
  async write(text: string): Promise<void> {
    const file = { name: 'cluster.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) };
    await this.page.locator('input[accept=".yaml,.yml"]').setInputFiles(file);
  }

  /** The problems below the editor, each as one line. */
  problems = (): Promise<string[]> => this.page.locator('.problems li').allInnerTexts();

  /** The whole text of the editor, which shows a part of it. */
  async text(): Promise<string> {
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.getByRole('button', { name: 'Download cluster.yaml' }).click(),
    ]);
    return readFileSync(await download.path(), 'utf8');
  }

  tab = (name: string): Promise<void> => this.page.locator(`#tab-${name}`).click();

  close = (): Promise<void> => this.browser.close();
}

/** Runs with the page open, and closes the browser also after a failure. The page must have no error. */
export async function withPage(
  scenario: Scenario,
  run: (open: OpenPage) => Promise<void>,
  ...opening: Parameters<typeof OpenPage.open>
): Promise<void> {
  const open = await OpenPage.open(...opening);
  try {
    await run(open);
    await open.page.screenshot({ path: `${scenario.logFolder}/end.png` });
    scenario.check('the page has no error', open.errors.length === 0, open.errors.join('\n'));
    const asked = open.requests.filter((url) => !/^(file|blob|data):/.test(url));
    scenario.check('the page asks the network for nothing', asked.length === 0, asked.join(' '));
  } finally {
    await open.close();
  }
}

export const shipped = (): string => readFileSync('cluster.yaml', 'utf8');
