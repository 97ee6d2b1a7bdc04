import { failoverRows } from '../../lib/handbook';
import { el, tableOf } from '../dom';
import type { View } from '../view';
import { WORDS } from '../words';
import { rendered } from './markdown';

/** How long everything of the site takes after a failure. */
export function failoverView(): View {
  const panel = el('div');
  return {
    name: 'failover',
    title: WORDS.failover,
    panel,
    show({ cluster }) {
      const rows = failoverRows(cluster).map(({ event, range, reason }) => [
        el('span', {}, ...rendered(event)),
        range ? WORDS.range(range.from, range.to) : WORDS.noFailover,
        el('span', {}, ...rendered(reason)),
      ]);
      panel.replaceChildren(tableOf(WORDS.failoverLead, WORDS.failoverHead, rows));
    },
  };
}
