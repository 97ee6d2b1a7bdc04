import { agentsOf, serversOf, upsesAt } from '../cluster/queries';
import type { Cluster } from '../cluster/schema';
import { cloudInit } from './cloud-init';
import { k3osAgent, k3osServer, k3osUps } from './k3os';
import { agentConfig, initConfig, serverConfig, upsConfig } from './k3s-config';
import { k3sHaConf, k3sHaDropIn, k3sHaScript, kubeletShutdown, logindShutdown } from './k3s-ha';
import { kairos } from './kairos';
import { killpowerFiles } from './killpower';
import type { ServerAddOns } from './machine-files';
import { powerTimelineSvg } from './power-timeline';
import { hostsReadme } from './readme';
import { runbook } from './runbook';

/**
 * The files for the machines: path below hosts/ to text. Pure, and the same for the same site.
 * No file holds a secret, and each says near its top that `npm run synth` wrote it.
 *
 * Servers share one config.yaml and agents another; nodes/<name>/ has what one machine has alone. Files for agents and for UPSes are
 * there only when the site has some. hosts/README.md says where each goes.
 */
export function hostFiles(cluster: Cluster, addOns: ServerAddOns = {}): ReadonlyMap<string, string> {
  const [first] = serversOf(cluster);
  if (!first) throw new Error(`"${cluster.name}" has no server, which the rules refuse`);
  const agents = agentsOf(cluster).length > 0;
  return new Map([
    ['README.md', hostsReadme(cluster, first)],
    ['RUNBOOK.md', runbook(cluster)],
    ...(cluster.nodes.some(({ ups }) => ups.length > 0)
      ? ([['power-timeline.svg', powerTimelineSvg(cluster)]] as const)
      : []),
    ['server/config.yaml', serverConfig(cluster)],
    ['server/init.yaml', initConfig(cluster)],
    ['server/k3s-ha', k3sHaScript()],
    ['server/k3s-ha.conf', k3sHaConf(cluster)],
    ['server/10-ha.conf', k3sHaDropIn()],
    ['server/99-shutdown.conf', kubeletShutdown(cluster, 'server')],
    ['server/99-kubelet.conf', logindShutdown(cluster, 'server')],
    ['cloud-init/server.yaml', cloudInit(cluster, 'server', addOns)],
    ['kairos/server.yaml', kairos(cluster, 'server', addOns)],
    ['k3os/server.yaml', k3osServer(cluster)],
    ...(agents
      ? ([
          ['agent/config.yaml', agentConfig(cluster)],
          ['agent/99-shutdown.conf', kubeletShutdown(cluster, 'agent')],
          ['agent/99-kubelet.conf', logindShutdown(cluster, 'agent')],
          ['cloud-init/agent.yaml', cloudInit(cluster, 'agent')],
          ['kairos/agent.yaml', kairos(cluster, 'agent')],
          ['k3os/agent.yaml', k3osAgent(cluster)],
        ] as const)
      : []),
    ...cluster.nodes.flatMap((node): [string, string][] => {
      const [ups, ...others] = upsesAt(cluster, node);
      if (!ups) return [];
      return [
        [`nodes/${node.name}/20-ups.yaml`, upsConfig(node, ups, others)],
        [`nodes/${node.name}/k3os-ups.yaml`, k3osUps(node, ups)],
      ];
    }),
    ...(cluster.ups.length > 0 ? killpowerFiles(cluster) : []),
  ]);
}
