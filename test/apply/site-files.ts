import { readFileSync } from 'node:fs';
import { buildSite } from '../../lib/app';
import { loadCluster } from '../../lib/cluster/load';
import type { Files } from '../../lib/kube/synthesize';

/** What synth writes to dist/ for a site. */
export const siteFiles = (file: string): Files => buildSite(loadCluster(readFileSync(file, 'utf8'), file).cluster).dist;
