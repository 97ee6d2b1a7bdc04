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

/** A control under its label. */
export const field = (label: string, control: HTMLElement, ...more: readonly Child[]): HTMLElement =>
  el('label', { class: 'field' }, el('span', {}, label), control, ...more);

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

/** A picture from its SVG text. As an image it runs no script, whatever its text; its description is what a screen reader reads. */
export function picture(svg: string): HTMLImageElement {
  const image = el('img', { class: 'picture' });
  show(image, svg);
  return image;
}

/** Shows another SVG text in a picture. */
export function show(image: HTMLImageElement, svg: string): void {
  const read = new DOMParser().parseFromString(svg, 'image/svg+xml');
  image.alt = [read.querySelector('title'), read.querySelector('desc')].map((node) => node?.textContent).join('. ');
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
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
