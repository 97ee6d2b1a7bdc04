import { PICTURE_STYLE } from '../lib/pictures';

type Child = Node | string;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with these attributes and children. Texts are never read as markup. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

/** A button that does something when it is pressed. */
export function button(text: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = el('button', { type: 'button', ...attributes }, text);
  element.addEventListener('click', press);
  return element;
}

/** A control under its label and its value. */
export const field = (label: string, control: HTMLElement, ...value: readonly Child[]): HTMLElement =>
  el('label', { class: 'field' }, el('span', {}, label, ' ', ...value), control);

/** A table with a caption and a head. */
export function tableOf(caption: string, head: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement {
  const table = el(
    'table',
    {},
    el('caption', {}, caption),
    el('thead', {}, el('tr', {}, ...head.map((text) => el('th', { scope: 'col' }, text)))),
    el('tbody', {}, ...rows.map((row) => el('tr', {}, ...row.map((cell) => el('td', {}, cell))))),
  );
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table);
}

/** A picture of lib/pictures as an element, without its style, which `usePictureStyle` has for all of them. */
export function picture(svg: string): Element {
  const text = svg.replace(`<style>${PICTURE_STYLE}</style>`, '');
  const { documentElement } = new DOMParser().parseFromString(text, 'image/svg+xml');
  documentElement.classList.add('picture');
  // several pictures have the same ids
  const names = [...documentElement.querySelectorAll(':scope > title, :scope > desc')];
  for (const name of names) name.removeAttribute('id');
  documentElement.removeAttribute('aria-labelledby');
  documentElement.setAttribute('aria-label', names.map((name) => name.textContent).join('. '));
  return document.importNode(documentElement, true);
}

/** Adds the style of all pictures; the page permits no style element. */
export function usePictureStyle(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(PICTURE_STYLE);
  document.adoptedStyleSheets.push(sheet);
}

/** Lets the person save a file. */
export function save(name: string, content: Uint8Array<ArrayBuffer> | string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  el('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Calls with the latest argument, once for each frame. */
export function eachFrame<T>(call: (value: T) => void): (value: T) => void {
  let waiting: { readonly value: T } | undefined;
  return (value) => {
    if (waiting === undefined) {
      requestAnimationFrame(() => {
        const latest = waiting;
        waiting = undefined;
        if (latest) call(latest.value);
      });
    }
    waiting = { value };
  };
}
