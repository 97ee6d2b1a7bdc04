import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const FOLDERS = ['docs', 'hosts', 'images/nut'];
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...FOLDERS.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))),
].filter((name) => name.endsWith('.md'));

/** A page as it is shown: without code, in which brackets and number signs mean something else. */
const prose = (file: string): string =>
  readFileSync(file, 'utf8')
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .replaceAll(/^ {4}.*$/gm, '');

/** The anchor that GitHub gives a heading: https://docs.github.com/get-started/writing-on-github */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchors = (file: string): string[] =>
  [...prose(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

const links = (file: string): string[] =>
  [...prose(file).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);

/** The file that a link of a page leads to. */
const targetOf = (page: string, link: string): string =>
  link.startsWith('#') ? page : normalize(join(dirname(page), link.replace(/#.*/, '')));

function leadsSomewhere(page: string, link: string): boolean {
  const file = targetOf(page, link);
  const [, anchor] = link.split('#');
  return existsSync(file) && (anchor === undefined || anchors(file).includes(anchor));
}

test.each(pages)('every link of %s leads to a file, and to a heading of it', (page) => {
  expect(links(page).filter((link) => !leadsSomewhere(page, link))).toEqual([]);
});

test('every page of docs/ is linked from another page', () => {
  const linked = new Set(pages.flatMap((page) => links(page).map((link) => targetOf(page, link))));
  expect(pages.filter((page) => page.startsWith('docs/') && !linked.has(page))).toEqual([]);
});
