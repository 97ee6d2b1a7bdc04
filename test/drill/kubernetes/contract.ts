import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contract } from '../../live/contract';
import { differences, type Exchange } from '../../live/exchange';
import type { Scenario } from '../scenario';
import { withCluster } from './cluster';
import { PAUSE_IMAGE } from './images';
import { program } from './programs';
import { SHIPPED, siteOf } from './sites';

/** For a definition, a webhook or a pod to come up. */
const PATIENCE_MS = 60_000;

/** The API server that the tests of `npm run apply` emulate is asked what they ask. `npm test` asks the emulation the same. */
export const apiContract = (scenario: Scenario): Promise<void> => {
  const site = siteOf(SHIPPED);
  return withCluster(scenario, site, { nodes: site.servers.slice(0, 1) }, async (cluster) => {
    // its socket is reached from here, where the network of the cluster is not
    const socketPath = join(scenario.folder('proxy'), 'api.sock');
    const options = ['--kubeconfig', cluster.kubeconfigFile, '--context', cluster.context()];
    cluster.client.background(program('kubernetes', 'kubectl'), ...options, 'proxy', '--unix-socket', socketPath);
    await scenario.wait('kubectl proxy listens', PATIENCE_MS, () => existsSync(socketPath));

    const ask = (exchanges: readonly Exchange[]) => differences({ socketPath }, exchanges, PATIENCE_MS);
    const answers = [...(await ask(contract(PAUSE_IMAGE)))];
    const wrong = answers.flatMap(([title, how]) => (how.length > 0 ? [`${title}: ${how.join(', ')}`] : []));
    scenario.measure('requests', String(answers.length));
    scenario.check('every answer is as the emulated one', answers.length > 0 && wrong.length === 0, wrong.join('; '));

    const [control = []] = (await ask([{ title: 'control', send: 'GET /version', status: 404 }])).values();
    scenario.check('control: an answer that is not as expected is found', control.length === 1);
  });
};
