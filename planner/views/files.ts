import { diffLines } from 'diff';
import { button, el } from '../dom';
import { type Compared, compare, type Outputs, outputPath, unzipped } from '../outputs';
import type { View } from '../view';
import { WORDS } from '../words';

/** The files that synth writes, and how they differ from those that the person opened. */
export function filesView(): View {
  let outputs: Outputs = new Map();
  let earlier: Outputs = new Map();
  let path = '';
  const status = el('p', { role: 'status' });
  const list = el('ul', { class: 'files' });
  const content = el('pre', { tabindex: 0, role: 'region', 'aria-label': WORDS.chosen });
  const heading = el('h3');

  const draw = () => {
    const all = compare(outputs, earlier);
    const count = (state: Compared['state']) => all.filter((one) => one.state === state).length;
    status.textContent = [
      outputs.size === 0 ? WORDS.building : WORDS.filesOf(outputs.size),
      ...(earlier.size > 0 ? [WORDS.compared(count('changed'), count('added'), count('gone'))] : []),
    ].join(' ');
    const shown = all.find((one) => one.path === path) ?? all[0];
    path = shown?.path ?? '';
    list.replaceChildren(...all.map(entry));
    heading.textContent = path;
    content.replaceChildren(...(shown ? linesOf(shown) : []));
  };
  const entry = (one: Compared) => {
    const choose = () => {
      path = one.path;
      draw();
      list.querySelector<HTMLElement>('[aria-current=true]')?.focus();
    };
    const mark = el('span', { class: `state ${one.state}` }, WORDS.states[one.state]);
    const chosen = button(one.path, choose, { 'aria-current': one.path === path });
    return el('li', {}, chosen, mark);
  };
  const open = async (files: FileList | null) => {
    const read = await readAll([...(files ?? [])]).catch(() => undefined);
    earlier = read ?? new Map();
    draw();
    if (!read) status.append(` ${WORDS.badZip}`);
  };
  const picker = (label: string, attributes: Readonly<Record<string, boolean>>) => {
    const input = el('input', { type: 'file', ...attributes });
    input.addEventListener('change', () => open(input.files));
    return el('label', { class: 'field' }, el('span', {}, label), input);
  };
  return {
    name: 'files',
    title: WORDS.files,
    panel: el(
      'div',
      {},
      status,
      el(
        'div',
        { class: 'row' },
        picker(WORDS.compare, { multiple: true }),
        picker(WORDS.compareFolder, { webkitdirectory: true }),
      ),
      el('div', { class: 'browser' }, list, el('div', {}, heading, content)),
    ),
    show(site) {
      outputs = site.outputs ?? new Map();
      draw();
    },
  };
}

/** The texts of the opened files; a zip has many. */
async function readAll(files: readonly File[]): Promise<Outputs> {
  const read = await Promise.all(
    files
      .filter(({ webkitRelativePath: path }) => path === '' || outputPath(path))
      .map(
        async (file): Promise<Iterable<readonly [string, string]>> =>
          file.name.endsWith('.zip')
            ? unzipped(new Uint8Array(await file.arrayBuffer()))
            : [[file.webkitRelativePath || file.name, await file.text()]],
      ),
  );
  return new Map(read.flatMap((texts) => [...texts]));
}

/** The text of a file, with removed and added lines if it differs. */
function linesOf({ state, before = '', now = '' }: Compared): readonly (Node | string)[] {
  if (state === 'same' || state === 'added') return [now];
  return diffLines(before, now).map(({ value, added, removed }) =>
    added ? el('ins', {}, value) : removed ? el('del', {}, value) : value,
  );
}
