import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Scenario } from '../scenario';
import { PAGE_FILE } from './browser';

const MOST_BYTES = 500_000;

/** How much a web server sends. */
export async function size(scenario: Scenario): Promise<void> {
  const page = readFileSync(PAGE_FILE);
  const sizes = {
    file: page.length,
    gzip: gzipSync(page, { level: 9 }).length,
    brotli: brotliCompressSync(page).length,
  };
  for (const [name, bytes] of Object.entries(sizes)) scenario.measure(name, `${Math.ceil(bytes / 1000)} kB`);
  scenario.check('the page is less than 500 kB, compressed', sizes.gzip < MOST_BYTES, `${sizes.gzip} bytes`);
  const larger = gzipSync(Buffer.concat([page, randomBytes(MOST_BYTES - sizes.gzip)]));
  scenario.check('control: more in the page is more compressed', larger.length >= MOST_BYTES, `${larger.length} bytes`);
}
