import { micromark } from 'micromark';
import { gfmTable, gfmTableHtml } from 'micromark-extension-gfm-table';
import { button, el, picture } from '../dom';
import type { Outputs } from '../outputs';
import type { View } from '../view';
import { WORDS } from '../words';

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

/** Markdown as elements. micromark writes markup in a text as text, and drops addresses that run code. */
function rendered(markdown: string, outputs: Outputs): readonly Node[] {
  const withoutComment = markdown.replace(/^<!--.*-->\n/, '');
  const html = micromark(withoutComment, { extensions: [gfmTable()], htmlExtensions: [gfmTableHtml()] });
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const heading of body.querySelectorAll('h1, h2, h3')) heading.id = anchorOf(heading.textContent ?? '');
  for (const image of body.querySelectorAll('img')) {
    const svg = outputs.get(`hosts/${image.getAttribute('src')}`);
    if (svg !== undefined) image.replaceWith(picture(svg));
  }
  for (const link of body.querySelectorAll('a')) {
    const inPage = link.getAttribute('href')?.startsWith('#');
    // other files of hosts/ are no pages here
    if (!inPage && !/^https:/.test(link.getAttribute('href') ?? '')) link.replaceWith(...link.childNodes);
    else if (!inPage) link.rel = 'noreferrer';
  }
  return [...body.childNodes];
}

/** As GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
