import {
  agentsOf,
  type Cluster,
  HERE,
  OPERATING_SYSTEMS,
  type Origin,
  rolesOf,
  serversOf,
  systemsOf,
} from '../cluster';
import { hostsReadme, runbook } from '../handbook';
import {
  agentConfig,
  installedFiles,
  k3osNode,
  k3sHaConf,
  k3sHaDropIn,
  k3sHaOpenrc,
  k3sHaScript,
  k3sHaUnits,
  k3sOpenrc,
  killpowerFiles,
  kubeletShutdown,
  logindShutdown,
  nodeConfig,
  registriesFile,
  type ServerAddOns,
  SYSTEMS,
  serverConfig,
} from '../machines';
import { timelineSvg, topologySvg } from '../pictures';

/** Every folder below hosts/ with files of a site. */
export const HOST_FOLDERS: readonly string[] = ['server', 'agent', 'nodes', 'killpower', ...OPERATING_SYSTEMS];

/**
 * The files for the nodes: path below hosts/ to text. Pure. No file contains a secret, and each has the mark of `npm run synth`.
 *
 * Servers share one config.yaml and agents another; nodes/<name>/ has the files of one node. Files for agents, UPSes and an operating
 * system exist only if the site has some. hosts/README.md says where each goes.
 *
 * @param origin location of the site, for the commands in the texts
 */
export function hostFiles(
  cluster: Cluster,
  addOns: ServerAddOns = {},
  origin: Origin = HERE,
): ReadonlyMap<string, string> {
  const [first] = serversOf(cluster);
  if (!first) throw new Error(`"${cluster.name}" has no server, which the rules refuse; add one`);
  const agents = agentsOf(cluster).length > 0;
  const systems = systemsOf(cluster);
  const installed = rolesOf(cluster).map((role) => ({ role, ...installedFiles(cluster, role, addOns) }));
  return new Map([
    ['README.md', hostsReadme(cluster, first, origin, installed)],
    ['RUNBOOK.md', runbook(cluster, origin)],
    ['topology.svg', topologySvg(cluster)],
    ...(cluster.nodes.some(({ ups }) => ups.length > 0)
      ? ([['power-timeline.svg', timelineSvg(cluster)]] as const)
      : []),
    ['server/config.yaml', serverConfig(cluster)],
    ['server/k3s-ha', k3sHaScript()],
    ['server/k3s-ha.conf', k3sHaConf(cluster)],
    ['server/10-ha.conf', k3sHaDropIn('server')],
    ...Object.entries(k3sHaUnits()).map(([name, text]) => [`server/${name}`, text] as const),
    ['server/k3s-ha.openrc', k3sHaOpenrc()],
    ['server/k3s.openrc', k3sOpenrc('server')],
    ['server/99-shutdown.conf', kubeletShutdown(cluster, 'server')],
    ['server/99-kubelet.conf', logindShutdown(cluster, 'server')],
    ...installed.map(({ role, list }) => [`${role}/files`, list] as const),
    ...systems.map((os) => [`${os}/server.yaml`, SYSTEMS[os].file(cluster, 'server', addOns, origin)] as const),
    ...(agents
      ? ([
          ['agent/config.yaml', agentConfig(cluster)],
          ['agent/10-ha.conf', k3sHaDropIn('agent')],
          ['agent/k3s.openrc', k3sOpenrc('agent')],
          ['agent/99-shutdown.conf', kubeletShutdown(cluster, 'agent')],
          ['agent/99-kubelet.conf', logindShutdown(cluster, 'agent')],
          ...systems.map((os) => [`${os}/agent.yaml`, SYSTEMS[os].file(cluster, 'agent', {}, origin)] as const),
        ] as const)
      : []),
    ...stated([
      ['server/registries.yaml', registriesFile(cluster)],
      ...cluster.nodes.flatMap((node) => [
        [`nodes/${node.name}/k3s.yaml`, nodeConfig(cluster, node)] as const,
        [`nodes/${node.name}/k3os.yaml`, systems.includes('k3os') ? k3osNode(cluster, node) : undefined] as const,
      ]),
    ]),
    ...(cluster.ups.length > 0 ? killpowerFiles(cluster) : []),
  ]);
}

const stated = (files: readonly (readonly [string, string | undefined])[]): (readonly [string, string])[] =>
  files.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const]));
