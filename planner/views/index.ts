import type { Fix } from '../../lib/cluster';
import type { View } from '../view';
import { failoverView } from './failover';
import { filesView } from './files';
import { powerView } from './power';
import { runbookView } from './runbook';
import { siteView } from './site';

/**
 * The views of a site, in the order of the tabs.
 *
 * @param apply writes changes of the site into the text
 */
export const views = (apply: (fix: Fix) => void): readonly View[] => [
  siteView(),
  powerView(apply),
  failoverView(),
  filesView(),
  runbookView(),
];
