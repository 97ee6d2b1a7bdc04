import { button, el } from './dom';
import type { Site, View } from './view';
import { WORDS } from './words';

/** The views as tabs, after https://www.w3.org/WAI/ARIA/apg/patterns/tabs/: arrow keys move between them. */
export function tabs(views: readonly View[]): { readonly element: HTMLElement; show(site: Site): void } {
  let site: Site | undefined;
  const stale = new Set(views);
  let chosen = 0;
  const list = el('div', { role: 'tablist', 'aria-label': WORDS.tabs });
  const buttons = views.map(({ name, title }, i) =>
    button(title, () => choose(i), { role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}` }),
  );
  const panels = views.map(({ name, panel }) =>
    el('div', { role: 'tabpanel', id: `panel-${name}`, 'aria-labelledby': `tab-${name}`, tabindex: 0 }, panel),
  );
  const refresh = () => {
    const view = views[chosen];
    if (site && view && stale.delete(view)) view.show(site);
  };
  function choose(index: number): void {
    chosen = index;
    for (const [i, tab] of buttons.entries()) {
      tab.setAttribute('aria-selected', String(i === index));
      tab.tabIndex = i === index ? 0 : -1;
    }
    for (const [i, panel] of panels.entries()) panel.hidden = i !== index;
    refresh();
  }
  list.addEventListener('keydown', ({ key }) => {
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: (chosen + 1) % views.length,
      ArrowLeft: (chosen + views.length - 1) % views.length,
      Home: 0,
      End: views.length - 1,
    };
    const next = moves[key];
    if (next === undefined) return;
    choose(next);
    buttons[next]?.focus();
  });
  list.append(...buttons);
  choose(0);
  return {
    element: el('div', { class: 'tabs' }, list, ...panels),
    show(next) {
      site = next;
      for (const view of views) stale.add(view);
      refresh();
    },
  };
}
