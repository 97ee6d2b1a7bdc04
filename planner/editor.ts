import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Action, type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, hoverTooltip, type Tooltip, WidgetType } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { type Finding, type Fix, findingText } from '../lib/cluster';
import { changeText } from '../lib/power';
import { changedText } from '../lib/site';
import { el } from './dom';
import { choicesAt, meaningAt } from './help';
import { WORDS } from './words';

/** The editor of cluster.yaml. */
export interface Editor {
  text(): string;
  /** Replaces the text with the smallest edit, so that it can be undone and the cursor stays. */
  write(text: string): void;
  /** Writes changes of the site into the text, if they have a place in it. */
  apply(fix: Fix): void;
  /** Underlines the problems, and writes each under its line with its cure. */
  mark(findings: readonly Finding[]): void;
  /** Moves the cursor to a problem. */
  go(finding: Finding): void;
}

/** The fixes of a problem that this text can take, by their words. */
export const fixesOf = (
  { fixes = [] }: Finding,
  text: string,
): readonly { readonly name: string; readonly fix: Fix }[] =>
  fixes.filter((fix) => changedText(text, fix) !== undefined).map((fix) => ({ fix, name: changeText(fix) }));

/** Colors are variables of the page, so that they follow its light and dark mode. */
const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--key)' },
  { tag: [tags.string, tags.content], color: 'var(--value)' },
  { tag: tags.comment, color: 'var(--muted)' },
  { tag: [tags.punctuation, tags.separator, tags.meta], color: 'var(--muted)' },
]);

const theme = EditorView.theme({
  '&': {
    height: '100%',
    containerType: 'inline-size',
    color: 'var(--text)',
    backgroundColor: 'var(--page)',
    fontSize: '14px',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'ui-monospace, monospace', lineHeight: '1.5' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--panel)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
    maxWidth: '34rem',
  },
  '.cm-tooltip.cm-tooltip-hover > p': { margin: '6px 10px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--page)' },
  // as wide as the editor, whatever the longest line is
  '.cm-note': {
    padding: '0 6px 4px 2em',
    maxWidth: 'calc(100cqw - 7rem)',
    contain: 'inline-size',
    whiteSpace: 'normal',
    fontFamily: 'system-ui, sans-serif',
    fontSize: '13px',
    color: 'var(--warn)',
  },
  '.cm-note-error': { color: 'var(--bad)' },
  '.cm-diagnosticAction': { backgroundColor: 'var(--accent)', color: 'var(--page)', display: 'block', margin: '4px 0' },
});

class Note extends WidgetType {
  constructor(private readonly diagnostic: Diagnostic) {
    super();
  }

  override eq({ diagnostic }: Note): boolean {
    return diagnostic.message === this.diagnostic.message;
  }

  override toDOM(): HTMLElement {
    const { severity, message } = this.diagnostic;
    return el('div', { class: `cm-note cm-note-${severity}` }, message);
  }
}
const setNotes = StateEffect.define<DecorationSet>();
const notes = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (shown, { changes, effects }) =>
    effects.reduce((now, effect) => (effect.is(setNotes) ? effect.value : now), shown.map(changes)),
  provide: (field) => EditorView.decorations.from(field),
});

const linesOf = (doc: Text): string[] => doc.toJSON();

function complete(context: CompletionContext): CompletionResult | null {
  const { state, pos, explicit } = context;
  const line = state.doc.lineAt(pos);
  const word = context.matchBefore(/[\w.-]+/);
  const before = line.text.slice(0, pos - line.from);
  if ((!word && !explicit) || before.includes('#')) return null;
  const options = choicesAt(linesOf(state.doc), line.number - 1, pos - line.from).map(
    ({ label, text, info, kind }) => ({
      label,
      info,
      type: kind === 'property' ? 'property' : 'enum',
      apply: text,
    }),
  );
  return options.length > 0 ? { from: word?.from ?? pos, options, validFor: /^[\w.-]*$/ } : null;
}

function hover({ state }: EditorView, pos: number): Tooltip | null {
  const line = state.doc.lineAt(pos);
  const meaning = meaningAt(linesOf(state.doc), line.number - 1, pos - line.from);
  if (meaning === undefined || line.text.slice(0, pos - line.from).includes(':')) return null;
  return {
    pos,
    create: () => {
      const text = document.createElement('p');
      text.textContent = meaning;
      const dom = document.createElement('div');
      dom.append(text);
      return { dom };
    },
  };
}

/** Where a finding begins, and the end of the word there. */
function rangeOf(doc: Text, { position }: Finding): { readonly from: number; readonly to: number } {
  if (!position) return { from: 0, to: 0 };
  const line = doc.line(Math.min(position.line, doc.lines));
  const from = Math.min(line.from + position.column - 1, line.to);
  const [word = ''] = /^[^\s,}\]#]+/.exec(line.text.slice(from - line.from)) ?? [];
  return { from, to: Math.min(line.to, from + Math.max(word.length, 1)) };
}

/**
 * Puts the editor into an element. It is in a shadow root, where its styles need no permission of the page.
 *
 * @param changed is called after every change of the text
 */
export function createEditor(parent: HTMLElement, text: string, changed: (text: string) => void): Editor {
  const root = parent.attachShadow({ mode: 'open' });
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const mode = new Compartment();
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        basicSetup,
        yaml(),
        lintGutter(),
        notes,
        autocompletion({ override: [complete], icons: false }),
        hoverTooltip(hover),
        syntaxHighlighting(highlight),
        theme,
        mode.of(EditorView.darkTheme.of(dark.matches)),
        EditorView.contentAttributes.of({ 'aria-label': WORDS.editor, 'aria-multiline': 'true' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  dark.addEventListener('change', () =>
    view.dispatch({ effects: mode.reconfigure(EditorView.darkTheme.of(dark.matches)) }),
  );
  const editor: Editor = {
    text: () => view.state.doc.toString(),
    write: (next) => view.dispatch({ changes: smallestEdit(view.state.doc.toString(), next) }),
    apply: (fix) => editor.write(changedText(editor.text(), fix) ?? editor.text()),
    mark: (findings) => {
      const { doc } = view.state;
      const now = doc.toString();
      const diagnostics = findings.map((finding) => diagnosticOf(finding, now, doc, editor));
      const under = diagnostics.map((diagnostic) =>
        Decoration.widget({ widget: new Note(diagnostic), block: true, side: 1 }).range(doc.lineAt(diagnostic.from).to),
      );
      view.dispatch(setDiagnostics(view.state, diagnostics), { effects: setNotes.of(Decoration.set(under, true)) });
    },
    go: (finding) => {
      const { from } = rangeOf(view.state.doc, finding);
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
      view.focus();
    },
  };
  return editor;
}

function diagnosticOf(finding: Finding, text: string, doc: Text, editor: Editor): Diagnostic {
  const { position: _, ...unplaced } = finding;
  return {
    ...rangeOf(doc, finding),
    severity: finding.severity,
    message: findingText({ ...unplaced, file: WORDS.editor }).replace(`${WORDS.editor}: `, ''),
    actions: fixesOf(finding, text).map(({ name, fix }): Action => ({ name, apply: () => editor.apply(fix) })),
  };
}

function smallestEdit(
  before: string,
  after: string,
): { readonly from: number; readonly to: number; readonly insert: string } {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from++;
  let same = 0;
  while (same < most - from && before.at(-1 - same) === after.at(-1 - same)) same++;
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) };
}
