import type { Cluster, Fix } from '../../lib/cluster';
import { timelineSvg } from '../../lib/pictures';
import type { BrokenPromise } from '../../lib/power';
import { fixOf, type WhatIf, whatIf } from '../../lib/what-if';
import { button, eachFrame, el, picture } from '../dom';
import type { View } from '../view';
import { WORDS } from '../words';
import { controls } from './controls';
import { sizing } from './sizing';

/**
 * The power failure of the site, and of the site as the controls change it.
 *
 * @param apply writes changes of the site into the text
 */
export function powerView(apply: (fix: Fix) => void): View {
  let text = '';
  let cluster: Cluster | undefined;
  let change: WhatIf = {};
  const drawing = el('div');
  const promises = el('ul', { class: 'promises', 'aria-label': WORDS.promises, 'aria-live': 'polite' });
  const form = el('div', { class: 'controls' });
  const adopt = button(WORDS.adopt, () => cluster && apply(fixOf(cluster, change)));

  const draw = eachFrame((site: Cluster) => {
    const answer = whatIf(site, change);
    adopt.disabled = fixOf(site, change).length === 0;
    drawing.replaceChildren(
      site.ups.length > 0 ? picture(timelineSvg(answer.cluster, answer.timelines)) : el('p', {}, WORDS.noUps),
    );
    promises.replaceChildren(
      ...answer.promises.map(({ text: promise, broken }) =>
        el(
          'li',
          { class: broken.length === 0 ? 'kept' : 'broken' },
          el('strong', {}, `${broken.length === 0 ? WORDS.kept : WORDS.broken}: ${promise}`),
          ...(broken.length > 0 ? [el('ul', {}, ...broken.map((one) => el('li', {}, reasonOf(one))))] : []),
        ),
      ),
    );
  });
  const restart = (site: Cluster) => {
    change = {};
    form.replaceChildren(
      ...controls(site, (next) => {
        change = { ...change, ...next(change) };
        draw(site);
      }),
      el(
        'div',
        { class: 'row' },
        button(WORDS.reset, () => restart(site)),
        adopt,
      ),
    );
    draw(site);
  };
  return {
    name: 'power',
    title: WORDS.power,
    panel: el(
      'div',
      { class: 'split' },
      el('div', { class: 'drawing' }, promises, drawing),
      el('div', {}, el('h3', {}, WORDS.whatIf), el('p', { class: 'muted' }, WORDS.whatIfLead), form, sizing()),
    ),
    show(site) {
      // the files of the same text are there now
      if (site.text === text) return;
      ({ text, cluster } = site);
      restart(site.cluster);
    },
  };
}

const reasonOf = ({ hosts, reason, cure, isCertain, rule }: BrokenPromise): string =>
  [
    ...(isCertain ? [] : [`${WORDS.possibly}: `]),
    ...(hosts.length > 0 ? [`${hosts.join(', ')}: `] : []),
    `${reason}; ${cure}`,
    ...(rule === undefined ? [] : [` (${rule})`]),
  ].join('');
