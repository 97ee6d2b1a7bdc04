import { GOSSIP, type Gossip } from '../../../lib/handbook/outage';
import type { Drill } from '../drill';
import { alone, silent } from './controls';
import { takeover } from './takeover';

/**
 * The suspicion of `loadBalancer.memberlist: fast`, 2 s, by half the interval and not by half the factor: Alertmanager has a flag for
 * the interval only. It probes twice as often as `fast` does, so it notices a little sooner.
 */
const LIKE_FAST: Gossip = { suspicionMult: GOSSIP.lan.suspicionMult, probeIntervalSeconds: 0.5 };

const ROUNDS = 3;

/** The node behind a LoadBalancer address dies, with the gossip library of MetalLB's speakers in another program. */
export const loadBalancerDrill: Drill = {
  name: 'load-balancer',
  summary: 'the node that answers for an address loses its cable: who notices when, and how long a client waits',
  programs: [
    { name: 'prometheus-alertmanager', debianPackage: 'prometheus-alertmanager' },
    { name: 'arping', debianPackage: 'arping' },
  ],
  scenarios: [
    ...[3, 5].flatMap((nodes) => [
      {
        name: `lan-${nodes}`,
        summary: `${nodes} nodes with the gossip that MetalLB has by default`,
        run: takeover({ nodes, gossip: GOSSIP.lan, rounds: ROUNDS }),
      },
      {
        name: `fast-${nodes}`,
        summary: `${nodes} nodes with 2 s of suspicion, as with memberlist: fast`,
        run: takeover({ nodes, gossip: LIKE_FAST, rounds: ROUNDS }),
      },
    ]),
    {
      name: 'alone-control',
      summary: 'speakers that do not know each other, which has to fail',
      run: alone(GOSSIP.lan),
    },
    {
      name: 'silent-control',
      summary: 'a takeover without gratuitous ARP, which has to fail',
      run: silent(GOSSIP.lan),
    },
  ],
};
