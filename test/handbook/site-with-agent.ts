import type { ClusterInput } from '../../lib/cluster/schema';
import { hostFiles } from '../../lib/synth/hosts';
import { dualStack, homeInput, site } from '../support/sites';

/** What makes the home site one with an agent that a UPS feeds. */
export const withAgent: Partial<ClusterInput> = {
  nodes: [...homeInput.nodes, { name: 'worker', address: '192.168.10.21', role: 'agent', ups: 'ups1' }],
};

/** Two IP families and two agents. */
export const dualStackWithAgents: Partial<ClusterInput> = {
  ...dualStack,
  nodes: [
    ...dualStack.nodes,
    ...[21, 22].map((n) => ({ name: `w-${n}`, address: [`192.168.10.${n}`, `fd00:10::${n}`], role: 'agent' as const })),
  ],
};

/** A file of the home site with some of its keys changed. */
export const textOf = (changes: Partial<ClusterInput>, file: string): string => {
  const text = hostFiles(site(changes)).get(file);
  if (text === undefined) throw new Error(`there is no ${file}`);
  return text;
};
