import { readProjectFile } from '../lib/files';
import { STARTER_QUESTIONS, type Starter, starterOf, starterText } from '../lib/site';
import { button, el, field } from './dom';
import { SITE_FILE } from './judge';
import { WORDS } from './words';

/** The text that a new site starts from. */
export const shippedText = (): string => readProjectFile(SITE_FILE);

/** Asks for what differs between sites, as `init` does, and returns the text of the site. */
export function startForm(done: (text: string) => void): HTMLDialogElement {
  const inputs = STARTER_QUESTIONS.map(({ field: name, text, proposal }) => ({
    name,
    text,
    proposal,
    input: el(name === 'node' ? 'textarea' : 'input', { name, required: true, autocomplete: 'off', rows: 3 }),
    isOwn: false,
  }));
  // what the person has not changed follows the network; each node has a line
  const propose = (subnet: string) => {
    for (const { input, proposal } of inputs.filter(({ isOwn }) => !isOwn)) {
      input.value = proposal(subnet).replaceAll(' ', '\n');
    }
  };
  propose('192.168.10.0/24');
  const error = el('p', { role: 'alert', class: 'error' });
  for (const one of inputs) {
    one.input.addEventListener('input', () => {
      one.isOwn = true;
      if (one.name === 'subnet') propose(one.input.value);
    });
  }
  const form = el(
    'form',
    { method: 'dialog' },
    el('h2', { id: 'start-title' }, WORDS.formTitle),
    el('p', {}, WORDS.formLead),
    ...inputs.map(({ text, input }) => field(text, input)),
    error,
    el(
      'div',
      { class: 'row' },
      el('button', { type: 'submit', class: 'main' }, WORDS.formDone),
      button(WORDS.cancel, () => dialog.close()),
    ),
  );
  const dialog = el('dialog', { 'aria-labelledby': 'start-title' }, form);
  form.addEventListener('submit', (event) => {
    const answers = Object.fromEntries(inputs.map(({ name, input }) => [name, input.value.trim()]));
    error.textContent = '';
    try {
      done(starterText(shippedText(), starterOf(answers as Record<keyof Starter, string>)));
    } catch (failure) {
      event.preventDefault();
      error.textContent = failure instanceof Error ? failure.message : String(failure);
    }
  });
  return dialog;
}
