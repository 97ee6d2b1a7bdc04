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
    const inPage = link.getAttribute('href')?.startsWith('#');
    // other files of hosts/ are no pages here
    if (!inPage && !/^https:/.test(link.getAttribute('href') ?? '')) link.replaceWith(...link.childNodes);
    else if (!inPage) link.rel = 'noreferrer';
  }
  // a single paragraph is a text for a cell of a table
  const [only, ...others] = body.children;
  return [...(only?.tagName === 'P' && others.length === 0 ? only : body).childNodes];
}

/** As GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
