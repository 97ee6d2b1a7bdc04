import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { controlPlaneDrill } from './control-plane/drill';
import { type Drill, KUBERNETES_VARIABLE, NUT_VARIABLE, type ScenarioPlan } from './drill';
import { kubernetesDrill } from './kubernetes/drill';
import { loadBalancerDrill } from './load-balancer/drill';
import { machinesDrill } from './machines/drill';
import { plannerDrill } from './planner/drill';
import { powerDrill } from './power/drill';
import { powerHostDrill } from './power-host/drill';
import { Progress } from './progress';
import { failureLines, paintFor, scenarioReport } from './report';
import { FRAMEWORK_PROGRAMS, missingRequirements } from './requirements';
import { runInSandbox, sandboxFolder } from './sandbox';
import { Scenario, Unreached } from './scenario';
import { eventLine, Timeline } from './timeline';

const DRILLS: readonly Drill[] = [
  powerDrill,
  powerHostDrill,
  loadBalancerDrill,
  controlPlaneDrill,
  machinesDrill,
  plannerDrill,
  kubernetesDrill,
];
const LOG_FOLDER = 'build/drill';
/** A scenario mostly waits, but too many at once delay each other. */
const SCENARIOS_AT_ONCE = 7 * availableParallelism();

interface Options {
  readonly list?: boolean;
  readonly keep?: boolean;
  readonly verbose?: boolean;
  readonly kubernetes?: string;
  readonly nut?: string;
}

interface Job {
  readonly title: string;
  readonly plan: ScenarioPlan;
  readonly drill: Drill;
}

const program = new Command('npm run drill --')
  .description(
    'Runs real software with the synthesized files, in network namespaces of this host. Needs Linux and root.',
  )
  .argument('[names...]', 'drills, or scenarios as drill/scenario; default: all but those that run on demand')
  .option('--list', 'print the drills and their scenarios')
  .option('--keep', `keep the logs in ${LOG_FOLDER}/ also if all checks pass`)
  .option('--verbose', 'print events as they happen')
  .option('--kubernetes <version>', 'another release for the drill kubernetes, such as v1.34.4')
  .option(
    '--nut <release>',
    'for the drill power, NUT of another Debian release, such as trixie (2.8.1) or sid (2.8.5 on 2026-11-30)',
  )
  .addHelpText(
    'after',
    '\nExit status: 0 all checks passed, 1 a check failed, 2 wrong arguments, or this host cannot run the drill.',
  )
  .exitOverride((stop) => process.exit(stop.exitCode === 0 ? 0 : 2))
  .action(async (names: readonly string[], options: Options) => {
    if (options.kubernetes !== undefined) process.env[KUBERNETES_VARIABLE] = options.kubernetes;
    if (options.nut !== undefined) process.env[NUT_VARIABLE] = options.nut;
    process.exitCode = options.list ? list() : await main(names, options);
  });

function list(): number {
  for (const { name, summary, scenarios, onDemand } of DRILLS) {
    console.log(`${name}  ${summary}${onDemand ? ' (on demand)' : ''}`);
    for (const scenario of scenarios) console.log(`  ${name}/${scenario.name}  ${scenario.summary}`);
  }
  return 0;
}

async function main(names: readonly string[], options: Options): Promise<number> {
  const all = DRILLS.flatMap((drill) =>
    drill.scenarios.map((plan): Job => ({ drill, plan, title: `${drill.name}/${plan.name}` })),
  );
  const isNamed = (job: Job, name: string) => name === job.drill.name || name === job.title;
  const unknown = names.find((name) => !all.some((job) => isNamed(job, name)));
  if (unknown !== undefined) {
    console.error(`there is no drill "${unknown}"; --list prints them`);
    return 2;
  }
  const wanted = (job: Job) => (names.length === 0 ? !job.drill.onDemand : names.some((name) => isNamed(job, name)));
  const jobs = all.filter((job) => wanted(job) && (job.plan.applies?.() ?? true));
  const folder = sandboxFolder();
  if (folder !== undefined) return runJobs(jobs, folder, options);

  const missing = missingRequirements([...FRAMEWORK_PROGRAMS, ...jobs.flatMap(({ drill }) => drill.programs)]);
  for (const line of missing) console.error(line);
  return missing.length > 0 ? 2 : runPrepared(jobs);
}

/** Before the sandbox, the work that needs network access; after it, removal of what the kernel does not remove with it. */
async function runPrepared(jobs: readonly Job[]): Promise<number> {
  const drills = new Set(jobs.map(({ drill }) => drill));
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const { name, prepare } of drills) {
      const scenarios = jobs.filter(({ drill }) => drill.name === name).map(({ plan }) => plan.name);
      if (prepare) undo.push(await prepare(scenarios));
    }
    return await runInSandbox();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  } finally {
    for (const one of undo) await one();
  }
}

async function runJobs(jobs: readonly Job[], folder: string, { keep, verbose }: Options): Promise<number> {
  const terminal = process.stdout.isTTY === true;
  const paint = paintFor(terminal && process.env['NO_COLOR'] === undefined);
  const running = new Set<Scenario>();
  const progress = new Progress(() => [...running], process.stdout, terminal);
  rmSync(LOG_FOLDER, { recursive: true, force: true });
  progress.start();

  const scenarios = await inTurns(jobs, async ({ title, plan, drill }) => {
    const timeline = new Timeline((event) => verbose && progress.print(`${title.padEnd(24)} ${eventLine(event)}`));
    const scenario = new Scenario(title, timeline, join(folder, title));
    running.add(scenario);
    await runScenario(scenario, plan);
    running.delete(scenario);
    drill.publish?.(scenario, plan.summary, timeline.now());
    progress.print(scenarioReport(scenario, plan.summary, timeline.now(), paint));
    if (keep || scenario.checks.some(({ passed }) => !passed)) keepLogs(scenario);
    return scenario;
  });

  progress.stop();
  for (const line of failureLines(scenarios, paint)) console.log(line);
  const checks = scenarios.flatMap((scenario) => scenario.checks);
  const failed = checks.filter(({ passed }) => !passed).length;
  if (keep || failed > 0) console.log(`logs: ${LOG_FOLDER}/`);
  const verdict = `drill: ${checks.length - failed} passed, ${failed} failed`;
  console.log(failed > 0 ? paint.bad(verdict) : paint.good(verdict));
  return failed > 0 ? 1 : 0;
}

/** Runs the work for each job, as many at once as this host and the drill of the job allow. Returns the results. */
async function inTurns<R>(jobs: readonly Job[], work: (job: Job) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = new Set(jobs);
  const running = new Map<Job, Promise<void>>();
  const mayStart = ({ drill }: Job) => {
    const siblings = [...running.keys()].filter((job) => job.drill === drill);
    return siblings.length < (drill.atOnce ?? SCENARIOS_AT_ONCE);
  };
  while (waiting.size + running.size > 0) {
    const next = running.size < SCENARIOS_AT_ONCE ? [...waiting].find(mayStart) : undefined;
    if (next === undefined) {
      await Promise.race(running.values());
      continue;
    }
    waiting.delete(next);
    const done = work(next).then((result) => {
      results.push(result);
      running.delete(next);
    });
    running.set(next, done);
  }
  return results;
}

async function runScenario(scenario: Scenario, plan: ScenarioPlan): Promise<void> {
  try {
    await plan.run(scenario);
    if (scenario.checks.length === 0) scenario.check('the scenario checks something', false);
  } catch (error) {
    if (error instanceof Unreached) return;
    scenario.check('the scenario comes to its end', false, error instanceof Error ? error.message : String(error));
    scenario.timeline.log('drill', error instanceof Error ? (error.stack ?? '') : '');
  }
}

function keepLogs(scenario: Scenario): void {
  const kept = join(LOG_FOLDER, scenario.name);
  cpSync(scenario.logFolder, kept, { recursive: true });
  writeFileSync(join(kept, 'timeline.log'), `${scenario.timeline}\n`);
}

program.parseAsync().then(
  // lab processes that still run end with this one
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
