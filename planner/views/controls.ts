import type { Cluster } from '../../lib/cluster';
import {
  bestRuntime,
  driverFacts,
  driverRemarks,
  offDelayText,
  onDelayText,
  type PowerPlan,
  type PowerRole,
  powerPlan,
  powerTimelines,
  runtimesOf,
} from '../../lib/power';
import { UPS_MODELS, type WhatIf } from '../../lib/what-if';
import { el, field } from '../dom';
import { WORDS } from '../words';

/** Takes what a control changes, from what all have changed. */
type Take = (next: (change: WhatIf) => WhatIf) => void;

/** The longest halt budget and battery runtime of a control, seconds. */
const LONGEST_HALT = 300;
const LONGEST_BATTERY = 1800;
const STEP = 5;

/** The controls of what-if for a site. */
export function controls(cluster: Cluster, take: Take): HTMLElement[] {
  const plan = powerPlan(cluster);
  const end = Math.max(0, ...powerTimelines(cluster, plan).map(({ endSeconds }) => endSeconds));
  const own = plan.upses.filter(({ ups }) => !ups.server);
  return [
    ...budgetsOf(plan).map((role) => {
      const key = `${role}Seconds` as const;
      const start = cluster.power.haltBudget[key];
      return slider(
        WORDS.budgetOf[role],
        { start, least: STEP, most: Math.max(LONGEST_HALT, start) },
        WORDS.seconds,
        (value) => take(({ haltBudget }) => ({ haltBudget: { ...haltBudget, [key]: value } })),
      );
    }),
    ...own.map((ups) => {
      const { name } = ups.ups;
      const stated = bestRuntime(runtimesOf(cluster, ups))?.availableSeconds;
      const start = stated ?? ups.runtimeNeededSeconds;
      const label = stated === undefined ? WORDS.batteryUnknown(name) : WORDS.battery(name);
      return slider(label, { start, least: 0, most: Math.max(LONGEST_BATTERY, start) }, WORDS.minutes, (value) =>
        take(({ batterySeconds }) => ({ batterySeconds: { ...batterySeconds, [name]: value } })),
      );
    }),
    ...own.flatMap(({ ups }) => {
      const { name } = ups;
      const facts = el('p', { class: 'muted', role: 'status' }, factsOf(ups));
      const select = choice(WORDS.model(name), [WORDS.reset, ...UPS_MODELS.map((model) => model.name)], (index) => {
        const model = UPS_MODELS[index - 1];
        facts.textContent = factsOf(model ?? ups);
        take(({ models = {} }) => {
          const { [name]: _, ...others } = models;
          return { models: model ? { ...others, [name]: model } : others };
        });
      });
      return [select, facts];
    }),
    ...(end > 0
      ? [
          slider(
            WORDS.mainsBack,
            { start: Math.ceil(end) + 60, least: -STEP, most: Math.ceil(end) + 60 },
            (value) => (value > end ? WORDS.never : WORDS.after(value)),
            (value) => take(() => ({ mainsBackSeconds: value > end ? undefined : value })),
          ),
        ]
      : []),
    choice(WORDS.dead, [WORDS.nobody, ...hostsOf(cluster)], (index) =>
      take(() => ({ off: hostsOf(cluster).slice(index - 1, index) })),
    ),
    ...cluster.ups.map(({ name }) =>
      tick(WORDS.mute(name), (checked) =>
        take(({ muteUpses = [] }) => ({
          muteUpses: [...muteUpses.filter((one) => one !== name), ...(checked ? [name] : [])],
        })),
      ),
    ),
  ];
}

function factsOf(ups: Parameters<typeof driverFacts>[0]): string {
  const facts = driverFacts(ups);
  return facts ? WORDS.facts(offDelayText(facts), onDelayText(facts), driverRemarks(facts)) : WORDS.noFacts;
}

/** The roles whose halt budget a node has, with its own left aside. */
function budgetsOf({ nodes }: PowerPlan): readonly PowerRole[] {
  const roles = nodes.filter(({ node }) => node.haltBudgetSeconds === undefined).map(({ role }) => role);
  return (['agent', 'server', 'upsNode'] as const).filter((role) => roles.includes(role));
}

/** Nodes, and hosts that serve a UPS. */
const hostsOf = ({ nodes, ups }: Cluster): readonly string[] => [
  ...nodes.map(({ name }) => name),
  ...new Set(ups.flatMap(({ server }) => server?.address.text ?? [])),
];

interface Range {
  readonly start: number;
  readonly least: number;
  readonly most: number;
}

function slider(
  label: string,
  { start, least, most }: Range,
  shown: (value: number) => string,
  take: (value: number) => void,
) {
  // each value of the site can be chosen again, whatever the steps
  const input = el('input', { type: 'range', min: least, max: most, step: 1, value: start });
  const output = el('span', { class: 'value' }, shown(start));
  input.addEventListener('input', () => {
    output.textContent = shown(input.valueAsNumber);
    input.setAttribute('aria-valuetext', output.textContent);
    take(input.valueAsNumber);
  });
  input.setAttribute('aria-valuetext', shown(start));
  return field(label, input, output);
}

function choice(label: string, names: readonly string[], take: (index: number) => void): HTMLElement {
  const select = el('select', {}, ...names.map((name) => el('option', {}, name)));
  select.addEventListener('change', () => take(select.selectedIndex));
  return field(label, select);
}

function tick(label: string, take: (checked: boolean) => void): HTMLElement {
  const input = el('input', { type: 'checkbox' });
  input.addEventListener('change', () => take(input.checked));
  return el('label', { class: 'tick' }, input, label);
}
