import { spawnSync } from 'node:child_process';
import { type Drill, plan } from '../drill';
import { buildProgram } from '../program';
import { CHROMIUM } from './browser';
import { hostile } from './hostile';
import { outputs } from './outputs';
import { phone } from './phone';
import { size } from './size';
import { starting, typing } from './typing';
import { frames, whatIf } from './what-if';

/** The planner in a real browser, in a sandbox without network. */
export const plannerDrill: Drill = {
  name: 'planner',
  summary: 'the page of the planner in Chromium, from disk and without network',
  programs: [{ name: CHROMIUM, debianPackage: 'chromium' }],
  prepare: async () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/planner.js'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`npm run planner ended with ${status}: ${stderr}`);
    buildProgram();
    return async () => {};
  },
  // it computes, and other drills measure times
  onDemand: true,
  atOnce: 1,
  scenarios: [
    plan('typing', 'errors at their lines, cures by a click, completion, descriptions, the keyboard alone', typing),
    plan('starting', 'a site by the question form, and its link', starting),
    plan(
      'outputs',
      'the zip of every example has the bytes of synth; a folder is compared; the runbook is printed',
      outputs,
    ),
    plan('phone', 'every example and view on a screen of 360 px, in dark mode', phone),
    plan('what-if', 'sliders and faults of the power failure, and the quorum', whatIf),
    plan('frames', 'a slider is dragged, and the picture follows', frames),
    plan('size', 'the page is one file of less than 500 kB, compressed', size),
    plan('hostile', 'sites that try to put markup into the page', hostile),
  ],
};
