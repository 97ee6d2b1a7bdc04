import type { Finding } from '../lib/cluster';
import { button, eachFrame, el, save, usePictureStyle } from './dom';
import { createEditor, fixesOf } from './editor';
import { shippedText, startForm } from './form';
import { judge, SITE_FILE } from './judge';
import { fragmentOf, textOfFragment } from './link';
import { zipOf } from './outputs';
import { tabs } from './tabs';
import type { Site } from './view';
import { views } from './views';
import { WORDS } from './words';
import { builder } from './worker';

/** Milliseconds without a change before the files are built, so that typing does not queue builds. */
const QUIET_MS = 200;

/**
 * Builds the page.
 *
 * @param script its own text, for the worker
 */
export function start(script: string): void {
  usePictureStyle();
  let site: Site | undefined;
  const host = el('div', { class: 'editor' });
  const status = el('p', { role: 'status', class: 'status' });
  const problems = el('ol', { class: 'problems', 'aria-label': WORDS.problems });
  const zip = button(WORDS.zip, () => {
    if (site?.outputs) save(`${site.cluster.name}.zip`, zipOf(site.text, site.outputs), 'application/zip');
  });
  const right = tabs(views((fix) => editor.apply(fix)));
  const show = (next: Site) => {
    site = next;
    zip.disabled = next.outputs === undefined || next.text !== editor.text();
    right.show(next);
  };
  const build = builder(
    script,
    (text, outputs) => site?.text === text && show({ ...site, outputs }),
    (message) => {
      status.textContent = message;
    },
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = eachFrame((text: string) => {
    const { cluster, findings } = judge(text);
    editor.mark(findings);
    problems.replaceChildren(...findings.map((finding) => problemItem(finding, text)));
    status.textContent = summary(findings, cluster !== undefined, site !== undefined);
    zip.disabled = true;
    // the last valid site is built nevertheless
    if (!cluster) return;
    clearTimeout(timer);
    show({ text, cluster, outputs: undefined });
    timer = setTimeout(() => build(text), QUIET_MS);
  });
  const problemItem = (finding: Finding, text: string) => {
    const { position, severity, rule, message, cure } = finding;
    const place = position ? `${WORDS.line(position.line)}: ` : '';
    return el(
      'li',
      { class: `is-${severity}` },
      button(`${place}${rule}`, () => editor.go(finding), { class: 'link' }),
      ` ${message}; ${cure}`,
      ...fixesOf(finding, text).map(({ name, fix }) => button(name, () => editor.apply(fix), { class: 'fix' })),
    );
  };

  const { text: first, failure } = firstText();
  const form = startForm((text) => editor.write(text));
  document.body.append(
    el('header', {}, el('h1', {}, WORDS.title), el('p', {}, WORDS.lead), toolbar()),
    el(
      'main',
      {},
      el('section', { class: 'left', 'aria-label': WORDS.editor }, host, status, problems),
      el('section', { class: 'right', 'aria-label': WORDS.tabs }, right.element),
    ),
    form,
  );
  const editor = createEditor(host, first, refresh);
  let saved = editor.text();
  // the browser asks before it drops a text that nothing else has
  addEventListener('beforeunload', (event) => editor.text() !== saved && event.preventDefault());
  // another link in the same tab
  addEventListener('hashchange', () => location.reload());
  refresh(first);
  if (failure) form.before(el('p', { role: 'alert', class: 'error' }, WORDS.badLink));

  function toolbar(): HTMLElement {
    const file = el('input', { type: 'file', accept: '.yaml,.yml', hidden: true });
    file.addEventListener('change', async () => {
      const [opened] = file.files ?? [];
      if (opened) {
        editor.write(await opened.text());
        saved = editor.text();
      }
      file.value = '';
    });
    const link = el('input', { readonly: true, 'aria-label': WORDS.linkLabel });
    const linkBox = el('div', { class: 'link-box', hidden: true }, link, el('small', {}, WORDS.linkHelp));
    return el(
      'div',
      { class: 'row toolbar' },
      button(WORDS.start, () => form.showModal(), { class: 'main' }),
      button(WORDS.open, () => file.click()),
      button(WORDS.download, () => {
        saved = editor.text();
        save(SITE_FILE, saved, 'application/yaml');
      }),
      zip,
      button(WORDS.share, () => {
        link.value = location.href.replace(/#.*$/s, '') + fragmentOf(editor.text());
        linkBox.hidden = false;
        link.select();
      }),
      file,
      linkBox,
    );
  }
}

function summary(findings: readonly Finding[], isValid: boolean, hasSite: boolean): string {
  if (findings.length === 0) return WORDS.noProblems;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const counts = `${WORDS.counts(errors, findings.length - errors)}.`;
  if (isValid) return counts;
  return `${counts} ${hasSite ? WORDS.lastValid : WORDS.noSite}`;
}

/** The site of the link, else the shipped one. */
function firstText(): { readonly text: string; readonly failure: boolean } {
  try {
    return { text: textOfFragment(location.hash) ?? shippedText(), failure: false };
  } catch {
    // the page says so
    return { text: shippedText(), failure: true };
  }
}
