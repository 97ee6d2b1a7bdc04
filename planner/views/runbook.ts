import { button, el } from '../dom';
import type { View } from '../view';
import { WORDS } from '../words';
import { rendered } from './markdown';

const RUNBOOK = 'hosts/RUNBOOK.md';

/** The runbook of the site, to read and to print. */
export function runbookView(): View {
  const text = el('article', { class: 'runbook' });
  const status = el('p', { role: 'status' });
  return {
    name: 'runbook',
    title: WORDS.runbook,
    panel: el(
      'div',
      {},
      el(
        'p',
        { class: 'screen' },
        button(WORDS.print, () => print()),
      ),
      status,
      text,
    ),
    show({ outputs }) {
      status.textContent = outputs ? '' : WORDS.building;
      text.replaceChildren(...(outputs ? rendered(outputs.get(RUNBOOK) ?? '', outputs) : []));
    },
  };
}
