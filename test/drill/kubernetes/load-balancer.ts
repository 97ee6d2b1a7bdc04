import { join } from 'node:path';
import { type Scenario, seconds } from '../scenario';
import { metallbReady } from './apply';
import { type Cluster, withCluster } from './cluster';
import type { KubernetesMachine } from './machine';
import { type Range, Runbook } from './runbook';
import { SHIPPED, siteOf } from './sites';
import { serviceName, type TrafficPolicy, Visitor, webSite } from './web';

/** A look each 50 ms, a request each 100 ms, and programs that wait for a processor. */
const TOLERANCE_MS = 1000;
const READY_MS = 180_000;
/** For how long requests are counted that fail after the event. */
const COUNTED_MS = 100_000;
const CONTROL_MS = 20_000;
const REQUESTS_A_SECOND = 10;

/** What ends the node that answers for the address. */
interface Event {
  readonly name: string;
  readonly strike: (machine: KubernetesMachine, cluster: Cluster) => Promise<void>;
  /** When the address has to be answered for by another node. */
  readonly moves: 'detected' | 'in order' | 'stays';
  readonly repair: (machine: KubernetesMachine) => Promise<void>;
  /** Whether the controllers that decide about nodes lead on the node that fails. @default - wherever they do */
  readonly controllersLead?: boolean;
}

const CABLE_CUT: Event = {
  name: 'cable of its node cut',
  strike: (machine) => machine.station.cable.pull(),
  moves: 'detected',
  controllersLead: false,
  repair: async (machine) => {
    await machine.station.cable.plug();
    await machine.addRoutes();
  },
};

/** Other controllers have to take over first, and they do not know for how long the node is gone. */
const LEADER_CUT: Event = { ...CABLE_CUT, name: 'cable cut, its controllers led', controllersLead: true };

const SPEAKER_KILLED: Event = {
  name: 'speaker killed',
  strike: async (machine) => machine.signal('/speaker', 'SIGKILL'),
  moves: 'stays',
  repair: async () => {},
};

/** The kubelet ends the pods when logind says that the host shuts down; then the power is off. */
const SHUT_DOWN: Event = {
  name: 'node shut down in order',
  strike: (machine, cluster) => cluster.shutDown(machine.name),
  moves: 'in order',
  controllersLead: false,
  repair: async () => {},
};

interface Outcome {
  /** Until another node was in the client's ARP table; undefined when none was. */
  readonly movedMs: number | undefined;
  /** From the event to the first answer of a request that began after it. */
  readonly firstAnswerMs: number | undefined;
  readonly asked: number;
  readonly lost: number;
  /** From the event to the beginning of the last request that was lost. */
  readonly lastLostMs: number;
}

/** A node that answers for a LoadBalancer address fails in different ways; every request of a visitor counts. */
export const loadBalancer =
  (siteName: string, policy: TrafficPolicy) =>
  async (scenario: Scenario): Promise<void> => {
    const site = siteOf(siteName);
    const runbook = new Runbook(site.hostFile('RUNBOOK.md'));
    const takeover = runbook.range(/another node announces the address/);
    const notReady = runbook.range(/its pods receive no more traffic/);
    const led = runbook.range(/the same if it led the controllers/);
    scenario.measure('runbook: another node answers', `${takeover.from} to ${takeover.to} s`);
    scenario.measure('runbook: no more traffic to its pods', `${notReady.from} to ${notReady.to} s`);
    scenario.measure('runbook: the same if it led the controllers', `${led.from} to ${led.to} s`);
    await withCluster(scenario, site, { logind: true }, async (cluster) => {
      const address = await serve(scenario, cluster, policy);
      const visitor = new Visitor(cluster.client, address, join(scenario.logFolder, 'visitor.log'));
      await scenario.reach('the address answers', READY_MS, () => visitor.isServed(Date.now()));
      const cuts = policy === 'Cluster' ? [CABLE_CUT, LEADER_CUT] : [CABLE_CUT];
      for (const event of [SPEAKER_KILLED, ...cuts, SHUT_DOWN]) {
        const outcome = await strike(scenario, cluster, visitor, address, event);
        report(scenario, event, outcome);
        // with Local the address is all that has to move; with Cluster the dead node gets its share until it is NotReady
        const removed = event.controllersLead ? led : notReady;
        judge(scenario, event, outcome, {
          takeover,
          until: event.moves === 'detected' && policy === 'Cluster' ? removed.to : takeover.to,
        });
      }
      await visitor.stop();
    });
  };

/** Negative control: a speaker at the node that fails and at no other. Nobody may answer, so that it is MetalLB that is measured. */
export const loadBalancerControl = (scenario: Scenario): Promise<void> =>
  withCluster(scenario, siteOf(SHIPPED), {}, async (cluster) => {
    const address = await serve(scenario, cluster, 'Local');
    const visitor = new Visitor(cluster.client, address, join(scenario.logFolder, 'visitor.log'));
    await scenario.reach('the address answers', READY_MS, () => visitor.isServed(Date.now()));
    const machine = await cluster.answering(address);
    if (!machine) throw new Error(`no machine answers for ${address}`);
    const spec = { template: { spec: { nodeSelector: { 'kubernetes.io/hostname': machine.name } } } };
    await cluster.must('-n', 'metallb-system', 'patch', 'daemonset', 'speaker', '-p', JSON.stringify({ spec }));
    await scenario.wait('no other node has a speaker', READY_MS, () =>
      cluster.machines.every((one) => (one === machine) === one.running('/speaker').length > 0),
    );
    await scenario.reach('the address answers at that node', READY_MS, () => visitor.isServed(Date.now()));
    await machine.station.cable.pull();
    const at = Date.now();
    await scenario.pass('nobody answers', CONTROL_MS);
    const answered = visitor.since(at).filter(({ node }) => node !== undefined);
    scenario.check(
      `control: no request is answered for ${CONTROL_MS / 1000} s`,
      answered.length === 0,
      String(answered.length),
    );
    await visitor.stop();
  });

async function serve(scenario: Scenario, cluster: Cluster, policy: TrafficPolicy): Promise<string> {
  const { code, stdout, stderr } = await cluster.npm(
    'apply',
    '--context',
    cluster.context(),
    '--dist',
    cluster.site.dist,
    '--no-wait',
  );
  scenario.check('npm run apply succeeds', code === 0, code === 0 ? '' : `${stdout}${stderr}`.slice(-400));
  await metallbReady(scenario, cluster);
  await cluster.must('-n', 'metallb-system', 'rollout', 'status', 'daemonset/speaker', '--timeout=50s');
  await cluster.must('apply', '-f', cluster.file('web.yaml', webSite([policy])));
  await cluster.must('rollout', 'status', 'daemonset/web', '--timeout=50s');
  let address = '';
  await scenario.reach('MetalLB gives the service an address', 30_000, async () => {
    const path = 'jsonpath={.status.loadBalancer.ingress[0].ip}';
    address = (await cluster.must('get', 'service', serviceName(policy), '-o', path)).trim();
    return address !== '';
  });
  return address;
}

async function strike(
  scenario: Scenario,
  cluster: Cluster,
  visitor: Visitor,
  address: string,
  event: Event,
): Promise<Outcome> {
  const { timeline } = scenario;
  await scenario.wait(
    'nothing is wrong',
    READY_MS,
    async () => visitor.isServed(Date.now()) && (await cluster.allReady()),
  );
  const answering = await cluster.answering(address);
  if (!answering) throw new Error(`no machine answers for ${address}`);
  const leader = event.controllersLead ? answering : cluster.servers.find((server) => server !== answering);
  if (event.controllersLead !== undefined && leader) await cluster.lead(leader);
  // speakers that have just come back are suspected for a while
  await scenario.pass('old suspicions end', 10_000);
  const machine = await cluster.answering(address);
  if (!machine) throw new Error(`no machine answers for ${address}`);
  cluster.entry = cluster.servers.find((server) => server !== machine)?.name ?? '';
  timeline.log(machine.name, `${event.name}; it answers for ${address}`);
  const at = Date.now();
  const struck = event.strike(machine, cluster);
  let movedMs: number | undefined;
  await scenario.wait(`${event.name}: requests are counted`, COUNTED_MS + 5000, async () => {
    if (movedMs === undefined && event.moves !== 'stays') {
      const now = await cluster.answering(address);
      if (now && now !== machine) movedMs = Date.now() - at;
    }
    return Date.now() - at > COUNTED_MS;
  });
  await struck;
  await event.repair(machine);
  const requests = visitor.since(at).filter(({ askedAt }) => askedAt <= at + COUNTED_MS);
  const lost = requests.filter(({ node }) => node === undefined);
  const first = requests.find(({ node }) => node !== undefined);
  return {
    movedMs,
    firstAnswerMs: first && first.doneAt - at,
    asked: requests.length,
    lost: lost.length,
    lastLostMs: (lost.at(-1)?.askedAt ?? at) - at,
  };
}

/** @param until seconds after which no request may be lost */
function judge(
  scenario: Scenario,
  { name, moves }: Event,
  { lost, lastLostMs, movedMs = Number.POSITIVE_INFINITY }: Outcome,
  { takeover, until }: { takeover: Range; until: number },
): void {
  if (moves === 'in order') {
    scenario.check(`${name}: requests of less than a second are lost`, lost < REQUESTS_A_SECOND, String(lost));
    return;
  }
  if (moves === 'detected') {
    const isInTime = movedMs >= takeover.from * 1000 - TOLERANCE_MS && movedMs <= takeover.to * 1000 + TOLERANCE_MS;
    scenario.check(`${name}: another node answers within the time of hosts/RUNBOOK.md`, isInTime, seconds(movedMs));
  }
  const isServed = lastLostMs <= until * 1000 + TOLERANCE_MS;
  scenario.check(`${name}: no request is lost after ${until} s`, isServed, seconds(lastLostMs));
}

function report(scenario: Scenario, { name }: Event, outcome: Outcome): void {
  scenario.measure('address moved (ARP)', { [name]: seconds(outcome.movedMs) });
  scenario.measure('first answer', { [name]: seconds(outcome.firstAnswerMs) });
  scenario.measure('requests lost', { [name]: `${outcome.lost} of ${outcome.asked}` });
  scenario.measure('last request lost', { [name]: seconds(outcome.lastLostMs) });
}
