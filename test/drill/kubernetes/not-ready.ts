import { type Scenario, seconds } from '../scenario';
import { nutReady, startKillpowerd, withPowerSite } from './power-site';

const NODE = 'k3s-3';
const NOTICED_MS = 180_000;

/** killpowerd of a machine ends: its NUT pod is not ready, and says why where people look. */
export const notReady = (scenario: Scenario): Promise<void> =>
  withPowerSite(scenario, async ({ cluster }) => {
    const machine = cluster.machine(NODE);
    await machine.kill('env');
    const took = await scenario.reach('without killpowerd its NUT pod is not ready', NOTICED_MS, async () => {
      return !(await nutReady(cluster));
    });
    scenario.measure('not ready after the end of killpowerd', seconds(took));
    const ofNode = ['pods', `--field-selector=spec.nodeName=${NODE}`, '-o', 'name'];
    const pod = (await cluster.must('-n', 'nut', 'get', ...ofNode)).trim();
    const described = await cluster.must('-n', 'nut', 'describe', pod);
    const reasons = [...described.matchAll(/Readiness probe failed:(.*)/g)].map(
      ([, reason = '']) => `"${reason.trim()}"`,
    );
    scenario.check(
      'kubectl describe says why',
      reasons.some((reason) => reason.includes('killpowerd')),
      reasons.join(', '),
    );
    const applied = await cluster.npm(
      'apply',
      '--context',
      cluster.context(),
      '--dist',
      cluster.site.dist,
      '--timeout=60',
    );
    const said = applied.stderr.trim();
    scenario.check('npm run apply ends with 1', applied.code === 1, `status ${applied.code}`);
    scenario.check('npm run apply says why', said.includes('killpowerd') && said.includes(NODE), said.slice(0, 300));
    startKillpowerd({ cluster, machine });
    const healed = await scenario.reach('with killpowerd it is ready again', NOTICED_MS, () => nutReady(cluster));
    scenario.measure('ready after its start', seconds(healed));
  });
