import { type Cluster, type Fix, POWER_PROMISES, type Problem, type Ups } from '../cluster';
import {
  type BrokenPromise,
  brokenIn,
  type Course,
  type PowerTimeline,
  powerPlan,
  powerTimelines,
  RECKONED_OPTIONS,
} from '../power';
import { brokenBy, problemsOf } from '../rules';
import type { UpsModel } from './models';

/** A change of a site, and a course of its power failure. Nothing that is left out changes. */
export interface WhatIf extends Course {
  /** Halt budgets by role, seconds. A node with its own keeps it. */
  readonly haltBudget?: Partial<Cluster['power']['haltBudget']>;
  /** How long the battery lasts after the shutdown begins, seconds, by the name of the UPS. */
  readonly batterySeconds?: Readonly<Record<string, number>>;
  /** Another kind of UPS, by the name of the UPS. Its own delays and steps are left out, as synth computes them. */
  readonly models?: Readonly<Record<string, UpsModel>>;
}

/** What synth and the rules say about the changed site, and what this course does to it. */
export interface Answer {
  readonly cluster: Cluster;
  readonly timelines: readonly PowerTimeline[];
  /** Each promise, and what breaks it: by the rules first, then by the course. */
  readonly promises: readonly { readonly text: string; readonly broken: readonly BrokenPromise[] }[];
}

/** Answers what a change does to the power failure of a checked site, by the plan and the rules of synth. Pure. */
export function whatIf(site: Cluster, change: WhatIf): Answer {
  const { haltBudget, batterySeconds = {}, models = {} } = change;
  const cluster: Cluster = {
    ...site,
    ups: site.ups.map((ups) => withBattery(site, withModel(ups, models[ups.name]), batterySeconds[ups.name])),
    power: { ...site.power, haltBudget: { ...site.power.haltBudget, ...haltBudget } },
  };
  const plan = powerPlan(cluster);
  const broken = [...problemsOf(cluster).flatMap(brokenByRule), ...brokenIn(cluster, change, plan)];
  return {
    cluster,
    timelines: powerTimelines(cluster, plan, change),
    promises: Object.entries(POWER_PROMISES).map(([name, text]) => ({
      text,
      broken: broken.filter(({ promise }) => promise === name),
    })),
  };
}

function brokenByRule(problem: Problem): BrokenPromise[] {
  const promise = brokenBy(problem);
  const { rule, message: reason, cure, severity } = problem;
  return promise ? [{ promise, rule, reason, cure, isCertain: severity === 'error', hosts: [] }] : [];
}

const POLLS: readonly string[] = RECKONED_OPTIONS.filter((option) => option.startsWith('poll'));

function withModel(ups: Ups, model: UpsModel | undefined): Ups {
  if (!model || ups.server) return ups;
  const polls = Object.entries(ups.options).filter(([option]) => POLLS.includes(option));
  return {
    ...ups,
    driver: model.driver,
    options: { ...Object.fromEntries(polls), ...model.options },
    delayStepSeconds: undefined,
    fixedCutDelaySeconds: undefined,
  };
}

/** The shutdown begins at a limit of power.earlyShutdown where the site has one. */
const runtimeField = ({ power }: Cluster) =>
  power.earlyShutdown ? 'runtimeAtEarlyShutdownSeconds' : 'runtimeAtLowBatterySeconds';

const withBattery = (site: Cluster, ups: Ups, seconds: number | undefined): Ups =>
  seconds === undefined || ups.server ? ups : { ...ups, [runtimeField(site)]: seconds };

/** The changed seconds as changes of cluster.yaml. Another UPS is none: a person decides on its port and options. */
export const fixOf = (site: Cluster, { haltBudget = {}, batterySeconds = {} }: WhatIf): Fix => [
  ...Object.entries(haltBudget).map(([key, value]) => ({ path: ['power', 'haltBudget', key], value })),
  ...site.ups.flatMap(({ name }, i) => {
    const value = batterySeconds[name];
    return value === undefined ? [] : [{ path: ['ups', i, runtimeField(site)], value }];
  }),
];
