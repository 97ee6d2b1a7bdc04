import { readFileSync } from 'node:fs';
import type { Files } from '../../lib/files/outputs';
import { loadCluster } from '../../lib/site/load';
import { buildSite } from '../../lib/synth/app';

/** What synth writes to dist/ for a site. */
export const siteFiles = (file: string): Files => buildSite(loadCluster(readFileSync(file, 'utf8'), file).cluster).dist;
