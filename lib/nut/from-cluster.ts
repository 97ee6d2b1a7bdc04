import { type Cluster, primary } from '../cluster';
import { urlHost } from '../network';
import { clientUser, driverFacts, type PowerPlan, powerPlan, roundedDelay, type UpsPlan, writtenDelay } from '../power';
import type { CabledUps, FedNode, NutModel, ServedUps } from './model';
import type { NutProps } from './nut';

/**
 * The NUT settings of a site, with the delays of the power plan.
 *
 * @param killpowerdHash hash of the killpowerd in the files for the hosts, which the pods compare with that of the running one
 */
export function nutProps(cluster: Cluster, killpowerdHash?: string): NutProps {
  return {
    model: { ...nutModel(cluster), killpowerdHash },
    unfedNodes: cluster.nodes.filter(({ ups }) => ups.length === 0).map(({ name }) => name),
    secretName: cluster.nut.secret,
    tlsSecretName: cluster.power.tlsSecret,
    killpowerPath: cluster.nut.killpowerPath,
    usbBusPath: cluster.nut.usbBusPath,
    privilegedSecondary: cluster.nut.privilegedSecondary,
    image: cluster.images.nut,
    metrics: cluster.power.metrics && { image: cluster.images.nutExporter },
  };
}

function nutModel(cluster: Cluster): Omit<NutModel, 'killpowerdHash'> {
  const { power, nut } = cluster;
  const plan = powerPlan(cluster);
  return {
    cabled: plan.upses.flatMap((ups) => cabled(cluster, ups)),
    served: plan.upses.flatMap(served),
    nodes: fedNodes(plan),
    port: nut.port,
    timing: {
      pollFreq: power.pollSeconds,
      pollFreqAlert: power.pollOnBatterySeconds,
      deadTime: power.deadTimeSeconds,
      hostSync: power.hostSyncSeconds,
      finalDelay: power.finalDelaySeconds,
      lease: power.leaseSeconds,
    },
    early: power.earlyShutdown,
    armed: power.armed,
    actuator: power.actuator,
    notify: power.notify && { site: cluster.name, receivers: power.notify },
    tls: power.tlsSecret !== undefined,
  };
}

function cabled(cluster: Cluster, plan: UpsPlan): CabledUps[] {
  const { ups } = plan;
  const [first, ...others] = cluster.nodes.find(({ name }) => name === ups.node)?.address ?? [];
  if (!first || ups.node === undefined || ups.driver === undefined) return [];
  const argument = driverFacts(ups)?.returnArgument;
  return [
    {
      name: ups.name,
      driver: ups.driver,
      port: ups.port,
      description: ups.description,
      options: { ...delays(plan), ...ups.options },
      node: ups.node,
      addresses: [first.text, ...others.map(({ text }) => text)],
      offDelaySeconds: plan.offDelaySeconds,
      shownDelays: driverFacts(ups) && {
        off: writtenDelay(ups, plan.offDelaySeconds),
        on: writtenDelay(ups, roundedDelay(ups, plan.onDelaySeconds ?? 0)),
      },
      returnArgument: argument === 'delay' ? plan.offDelaySeconds : argument,
      clients: ups.clients.map((client) => ({
        name: client.name,
        address: client.address.text,
        user: clientUser(client),
      })),
    },
  ];
}

/** Only for drivers with these options; others would not start. */
function delays({ ups, offDelaySeconds, onDelaySeconds = 0 }: UpsPlan): Readonly<Record<string, number>> {
  const facts = driverFacts(ups);
  if (!facts) return {};
  return {
    offdelay: writtenDelay(ups, offDelaySeconds),
    ondelay: writtenDelay(ups, onDelaySeconds) / facts.onDelayUnitSeconds,
  };
}

const served = ({ ups }: UpsPlan): ServedUps[] =>
  ups.server
    ? [{ name: ups.name, host: urlHost(ups.server.address), port: ups.server.port, user: ups.server.user }]
    : [];

const fedNodes = ({ nodes }: PowerPlan): FedNode[] =>
  nodes.map(({ node, stageSeconds, haltSeconds }) => ({
    name: node.name,
    address: primary(node.address).text,
    feeds: node.ups.map(({ name, powerValue }) => ({ ups: name, powerValue })),
    minSupplies: node.minSupplies,
    stageSeconds,
    haltSeconds,
    shed: node.shed,
    mac: node.mac,
    ipv4: node.address.find(({ family }) => family === 4)?.text,
  }));
