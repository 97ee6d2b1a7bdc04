import { l2AdvertisementsOf } from '../cluster';
import { CONTROL_PLANE_TOLERATIONS } from '../kube';
import { subject } from './subject';

const RULES = {
  'label-taken': { cause: 'A label by which pods of this project find their nodes' },
  'label-reserved': { cause: 'A label of Kubernetes that the kubelet refuses, so that k3s does not start' },
  'no-node-announces': { cause: 'MetalLB ignores every node of an advertisement because of their labels' },
  'no-node-schedules': { cause: "Every node has a taint that MetalLB's controller and Traefik do not tolerate" },
} as const;

const TAKEN: Readonly<Record<string, string>> = {
  'ups-device': 'ups[].node sets it, and the pods of NUT follow it',
  'kubernetes.io/hostname': 'it is the name of the node, by which pods are placed',
};

/** What the kubelet accepts of the domains of Kubernetes: staging/src/k8s.io/kubelet/pkg/apis/well_known_labels.go. */
const ACCEPTED =
  /^(?:(?:[\w.-]+\.)?(?:kubelet|node)\.kubernetes\.io\/|topology\.kubernetes\.io\/(?:zone|region)$|(?:beta\.)?kubernetes\.io\/(?:arch|os|instance-type)$)/;
const OF_KUBERNETES = /^(?:[\w.-]+\.)?(?:kubernetes|k8s)\.io\//;
/** https://kubernetes.io/docs/reference/labels-annotations-taints/#node-kubernetes-io-exclude-from-external-load-balancers */
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

/**
 * Labels and taints leave each program where it must run. The DaemonSets of kube-vip, MetalLB and NUT tolerate every taint, so only their
 * labels and the programs with few pods count.
 */
export const scheduling = subject(RULES, (cluster, report) => {
  const { nodes, loadBalancer } = cluster;
  for (const [n, { labels }] of nodes.entries()) {
    for (const key of Object.keys(labels)) {
      const path = ['nodes', n, 'labels', key];
      if (TAKEN[key] !== undefined) {
        report('label-taken', path, `label ${key} is not free: ${TAKEN[key]}`, 'remove it');
      } else if (OF_KUBERNETES.test(key) && !ACCEPTED.test(key)) {
        const message = `the kubelet refuses label ${key}, of a domain of Kubernetes`;
        report('label-reserved', path, message, 'use a domain of your own, or kubectl label');
      }
    }
  }
  if (!loadBalancer) return;
  const excluded = nodes.filter(({ labels }) => EXCLUDED in labels).map(({ name }) => name);
  for (const { name, nodes: own = nodes.map((node) => node.name) } of l2AdvertisementsOf(cluster, loadBalancer)) {
    if (own.some((node) => !excluded.includes(node))) continue;
    report(
      'no-node-announces',
      ['loadBalancer'],
      `MetalLB ignores every node of advertisement "${name}" (${own.join(', ')}) by the label ${EXCLUDED}`,
      'remove the label from one of them, or add a node',
    );
  }
  if (nodes.some(({ taints }) => taints.every(isTolerated))) return;
  report(
    'no-node-schedules',
    ['nodes'],
    "every node has a taint that MetalLB's controller and Traefik do not tolerate",
    'remove the taints of one node',
  );
});

function isTolerated(taint: string): boolean {
  const [left = '', effect] = taint.split(':');
  const [key] = left.split('=');
  return (
    effect === 'PreferNoSchedule' ||
    CONTROL_PLANE_TOLERATIONS.some((one) => one.key === key && (one.effect === undefined || one.effect === effect))
  );
}
