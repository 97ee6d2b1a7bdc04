import { powerTimelineSvg } from '../../lib/power';
import { el, picture } from '../dom';
import type { View } from '../view';
import { WORDS } from '../words';

/** The power failure of the site. */
export function powerView(): View {
  const panel = el('div');
  return {
    name: 'power',
    title: WORDS.power,
    panel,
    show({ cluster }) {
      panel.replaceChildren(picture(powerTimelineSvg(cluster)));
    },
  };
}
