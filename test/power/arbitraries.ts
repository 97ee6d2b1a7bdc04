import fc from 'fast-check';
import type * as z from 'zod';
import { type Cluster, type ClusterInput, clusterSchema } from '../../lib/cluster/schema';
import { powerSite } from '../support/site-input';

type PowerInput = NonNullable<ClusterInput['power']>;

const seconds = (min: number, max: number) => fc.integer({ min, max });

/** Stages in order, halt budgets and times that fit each other. */
export const anyPower: fc.Arbitrary<PowerInput> = fc
  .record({
    agentSeconds: seconds(0, 30),
    more: seconds(0, 30),
    evenMore: seconds(0, 30),
    agentHalt: seconds(10, 300),
    serverHalt: seconds(10, 300),
    upsNodeHalt: seconds(10, 300),
    pollSeconds: seconds(2, 10),
    deadTimeSeconds: seconds(30, 60),
    leaseSeconds: seconds(30, 120),
    finalDelaySeconds: seconds(0, 15),
    marginSeconds: seconds(1, 60),
  })
  .map(({ agentSeconds, more, evenMore, agentHalt, serverHalt, upsNodeHalt, ...times }) => ({
    ...times,
    stages: { agentSeconds, serverSeconds: agentSeconds + more, upsNodeSeconds: agentSeconds + more + evenMore },
    haltBudget: { agentSeconds: agentHalt, serverSeconds: serverHalt, upsNodeSeconds: upsNodeHalt },
    rtcWakeSeconds: 0,
  }));

/** powerSite with computed delays and these power settings, in form but not judged by the rules. */
export function siteWith(power: PowerInput): Cluster {
  const site = powerSite();
  const ups = (site.ups ?? []).map((one) =>
    one.server ? { ...one, server: { ...one.server, cutDelaySeconds: 2000 } } : { ...one, options: {} },
  );
  return clusterSchema.parse({ ...site, ups, power } satisfies z.input<typeof clusterSchema>);
}
