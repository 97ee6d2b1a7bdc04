import { BATTERY_SOURCE, batteryRange } from '../../lib/power';
import { el, field } from '../dom';
import { WORDS } from '../words';

/** How long a battery lasts, from the load and the rating of the UPS: for a person who has not bought one yet. */
export function sizing(): HTMLElement {
  const number = (value: number) => el('input', { type: 'number', min: 1, value, inputmode: 'numeric' });
  const [watts, rated] = [number(150), number(1000)];
  const answer = el('p', { role: 'status' });
  const draw = () => {
    const range = batteryRange(watts.valueAsNumber, rated.valueAsNumber);
    answer.textContent = range ? WORDS.lasts(range.fromMinutes, range.toMinutes) : WORDS.noChart;
  };
  for (const input of [watts, rated]) input.addEventListener('input', draw);
  draw();
  return el(
    'details',
    {},
    el('summary', {}, WORDS.sizing),
    field(WORDS.loadWatts, watts),
    field(WORDS.ratedVa, rated),
    answer,
    el(
      'p',
      { class: 'muted' },
      WORDS.sizingLead,
      ' ',
      el('a', { href: BATTERY_SOURCE, target: '_blank' }, WORDS.source),
    ),
  );
}
