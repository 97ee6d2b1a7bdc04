import { GOSSIP, type Gossip } from '../../../lib/handbook/outage';
import type { Drill } from '../drill';
import { alone, silent } from './controls';
import { takeover } from './takeover';

/**
 * The suspicion time of `loadBalancer.memberlist: fast`, 2 s, by half the probe interval and not half the factor: Alertmanager only has
 * a flag for the interval. It probes twice as often as `fast`, so it detects a failure a little sooner.
 */
const LIKE_FAST: Gossip = { suspicionMult: GOSSIP.lan.suspicionMult, probeIntervalSeconds: 0.5 };

const ROUNDS = 3;

/** The node that announces a LoadBalancer address fails. Another program with the gossip library of MetalLB's speakers detects it. */
export const loadBalancerDrill: Drill = {
  name: 'load-balancer',
  summary: 'the node that announces an address loses its cable: detection time, and failover time of a client',
  programs: [
    { name: 'prometheus-alertmanager', debianPackage: 'prometheus-alertmanager' },
    { name: 'arping', debianPackage: 'arping' },
  ],
  scenarios: [
    ...[3, 5].flatMap((nodes) => [
      {
        name: `lan-${nodes}`,
        summary: `${nodes} nodes with the default gossip of MetalLB`,
        run: takeover({ nodes, gossip: GOSSIP.lan, rounds: ROUNDS }),
      },
      {
        name: `fast-${nodes}`,
        summary: `${nodes} nodes with a suspicion time of 2 s, as with memberlist: fast`,
        run: takeover({ nodes, gossip: LIKE_FAST, rounds: ROUNDS }),
      },
    ]),
    {
      name: 'alone-control',
      summary: 'isolated speakers, which has to fail',
      run: alone(GOSSIP.lan),
    },
    {
      name: 'silent-control',
      summary: 'failover without gratuitous ARP, which has to fail',
      run: silent(GOSSIP.lan),
    },
  ],
};
