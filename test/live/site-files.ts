import { readFileSync } from 'node:fs';
import type { Files } from '../../lib/files/outputs';
import { loadCluster } from '../../lib/site/load';
import { buildSite } from '../../lib/synth/app';

/** What synth writes to dist/ for a site. */
export const siteFiles = (file: string): Files => buildSite(loadCluster(readFileSync(file, 'utf8'), file).cluster).dist;

/** Objects of which a site has many: kubectl deletes a few a second, and waits for each definition. */
const ONE_OF_MANY =
  /^kind: (?:(?:Cluster)?Role(?:Binding)?|ServiceAccount)$|^ {2}name: (?!ipaddresspools|l2adv)\w+\.metallb\.io$/m;

/** The same without objects that are like others of it. */
export const fewFiles = (file: string): Files =>
  new Map(
    [...siteFiles(file)].map(([name, text]) => {
      const objects = text.split(/^---\n/m).filter((object) => !ONE_OF_MANY.test(object));
      return [name, objects.join('---\n')];
    }),
  );
