import type { Cluster, ClusterInput } from '../../../lib/cluster/schema';
import { defineCluster } from '../../../lib/site/load';

export const UPS_NODE = 'k3s-1';
export const SERVER = 'k3s-2';
export const AGENT = 'agent-1';
/** The nodes of the drill, in the order of their power-off. */
export const MACHINES = [AGENT, SERVER, UPS_NODE] as const;
export const UPS = 'ups1';

type UpsInput = NonNullable<ClusterInput['ups']>[number];

/** A UPS with a serial cable at a node, for the driver with the protocol of the emulator. */
export const serialUps = (name: string, node: string, options: UpsInput['options'] = {}): UpsInput => ({
  name,
  driver: 'nutdrv_qx',
  port: `/dev/tty-${name}`,
  node,
  options: { protocol: 'megatec', novendor: true, norating: true, pollinterval: 2, ...options },
  runtimeAtLowBatterySeconds: 300,
  runtimeAtEarlyShutdownSeconds: 300,
});

/**
 * Three servers and an agent. One server has no UPS and is not in the drill. The budgets are small, so that all nodes are off within
 * 60 s, the shortest offdelay of the driver in whole minutes.
 */
export const powerSite = (changes: Partial<ClusterInput> = {}): Cluster =>
  defineCluster({
    name: 'drill',
    network: { subnet: '10.77.0.0/24' },
    nodes: [
      { name: UPS_NODE, address: '10.77.0.11', role: 'server', ups: UPS },
      { name: SERVER, address: '10.77.0.12', role: 'server', ups: UPS },
      { name: 'k3s-3', address: '10.77.0.13', role: 'server' },
      { name: AGENT, address: '10.77.0.21', role: 'agent', ups: UPS },
    ],
    controlPlane: { vip: '10.77.0.5' },
    ups: [serialUps(UPS, UPS_NODE)],
    ...changes,
    power: {
      stages: { agentSeconds: 3, serverSeconds: 6, upsNodeSeconds: 12 },
      haltBudget: { agentSeconds: 10, serverSeconds: 20, upsNodeSeconds: 20 },
      marginSeconds: 6,
      ...changes.power,
    },
  });

/** An address of a subnet for one scenario: the process of the drill has addresses in it, which segments with one subnet would share. */
export const addresses = (third: number) => (last: number) => `10.78.${third}.${last}`;

/** The same site in a subnet of its own. */
export const inOwnSubnet = (third: number): Pick<ClusterInput, 'network' | 'nodes' | 'controlPlane'> => {
  const address = addresses(third);
  return {
    network: { subnet: `${address(0)}/24` },
    nodes: [
      { name: UPS_NODE, address: address(11), role: 'server', ups: UPS },
      { name: SERVER, address: address(12), role: 'server', ups: UPS },
      { name: 'k3s-3', address: address(13), role: 'server' },
      { name: AGENT, address: address(21), role: 'agent', ups: UPS },
    ],
    controlPlane: { vip: address(5) },
  };
};
