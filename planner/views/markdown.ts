import { micromark } from 'micromark';
import { gfmTable, gfmTableHtml } from 'micromark-extension-gfm-table';
import { picture } from '../dom';
import type { Outputs } from '../outputs';

/**
 * Markdown as elements. micromark writes markup in a text as text, and drops addresses that run code.
 *
 * @param outputs the files that its pictures are in @default - none
 */
export function rendered(markdown: string, outputs: Outputs = new Map()): readonly Node[] {
  const withoutComment = markdown.replace(/^<!--.*-->\n/, '');
  const html = micromark(withoutComment, { extensions: [gfmTable()], htmlExtensions: [gfmTableHtml()] });
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const heading of body.querySelectorAll('h1, h2, h3')) heading.id = anchorOf(heading.textContent ?? '');
  for (const image of body.querySelectorAll('img')) {
    const svg = outputs.get(`hosts/${image.getAttribute('src')}`);
    if (svg !== undefined) image.replaceWith(picture(svg));
  }
  for (const link of body.querySelectorAll('a')) {
    const href = link.getAttribute('href') ?? '';
    if (href.startsWith('#')) link.addEventListener('click', (event) => goTo(href.slice(1), event));
    else if (href.startsWith('https:')) [link.rel, link.target] = ['noreferrer', '_blank'];
    // other files of hosts/ are no pages here
    else link.replaceWith(...link.childNodes);
  }
  // a single paragraph is a text for a cell of a table
  const [only, ...others] = body.children;
  return [...(only?.tagName === 'P' && others.length === 0 ? only : body).childNodes];
}

/** Goes to a heading. The address stays: it may hold the site. */
function goTo(anchor: string, event: Event): void {
  event.preventDefault();
  const heading = document.getElementById(anchor);
  heading?.setAttribute('tabindex', '-1');
  heading?.focus({ preventScroll: true });
  heading?.scrollIntoView();
}

/** As GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
