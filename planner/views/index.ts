import type { View } from '../view';
import { failoverView } from './failover';
import { filesView } from './files';
import { powerView } from './power';
import { runbookView } from './runbook';
import { siteView } from './site';

/**
 * The views of a site, in the order of the tabs.
 *
 * @param write replaces the text in the editor
 */
export const views = (write: (text: string) => void): readonly View[] => [
  siteView(),
  powerView(write),
  failoverView(),
  filesView(),
  runbookView(),
];
