import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { METALLB } from '../releases';
import { podLabels } from './workload';

const { names, namespace, ports } = METALLB;

/** Where API servers and kubelets are, for the NetworkPolicy of the controller. */
export interface ControllerNetwork {
  /** Networks of the nodes as CIDRs. */
  readonly nodes: readonly string[];
  /** Port of the API servers on the nodes. */
  readonly apiPort: number;
  /** Service networks as CIDRs: a network plugin may apply egress rules before it translates the address of the API's Service. */
  readonly services: readonly string[];
}

/**
 * Limits the connections of the controller: the webhook and the probes from nodes, the API, and the metrics if they are exposed. The
 * speakers use the network of the node, to which policies do not apply.
 */
export class ControllerNetworkPolicy extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { nodes, apiPort, services, metrics }: ControllerNetwork & { metrics: boolean },
  ) {
    super(scope, id);
    new k8s.KubeNetworkPolicy(this, 'Resource', {
      metadata: { name: names.controller, namespace },
      spec: {
        podSelector: { matchLabels: podLabels(names.controller) },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          { from: blocks(nodes), ports: tcp(ports.webhook, ports.health) },
          ...(metrics ? [{ ports: tcp(ports.metrics) }] : []),
        ],
        egress: [
          { to: blocks(nodes), ports: tcp(apiPort) },
          { to: blocks(services), ports: tcp(443) },
        ],
      },
    });
  }
}

const blocks = (cidrs: readonly string[]): k8s.NetworkPolicyPeer[] => cidrs.map((cidr) => ({ ipBlock: { cidr } }));

const tcp = (...numbers: readonly number[]): k8s.NetworkPolicyPort[] =>
  numbers.map((port) => ({ port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' }));
