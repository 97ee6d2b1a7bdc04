import { type InvalidSite, invalid, powerSite } from '../../support/site-input';

const MOVE = 'on the same node; choose another port, or remove it';

const upsdAt = (port: number, owner: string, site?: InvalidSite['site']): InvalidSite => ({
  says: `upsd on the port of ${owner}, ${port}, is refused`,
  ...(site && { site }),
  changes: { 'nut.port': port },
  problems: [`error nut.port: port-taken: nut.port ${port} conflicts with ${owner} ${MOVE}`],
});

const apiAt = (port: number, owner: string, changes: InvalidSite['changes'] = {}): InvalidSite => ({
  says: `the API on the port of ${owner}, ${port}, is refused`,
  changes: { 'controlPlane.port': port, ...changes },
  problems: [`error controlPlane.port: port-taken: controlPlane.port ${port} conflicts with ${owner} ${MOVE}`],
});

/** A row for each program whose port may be taken. */
export const ports: readonly InvalidSite[] = [
  upsdAt(6443, 'the Kubernetes API'),
  upsdAt(6444, 'kube-apiserver'),
  upsdAt(2380, 'etcd'),
  upsdAt(10010, 'containerd'),
  upsdAt(10250, 'the kubelet'),
  upsdAt(10256, 'kube-proxy'),
  upsdAt(2112, "kube-vip's metrics"),
  upsdAt(7946, "MetalLB's speaker"),
  upsdAt(9199, 'nut_exporter', powerSite),
  invalid(
    'upsd on the port by which an agent reaches the servers is refused where the cable goes to an agent',
    { 'nut.port': 6444, 'ups[0].node': 'k3s-4', 'nodes[3].ups': 'ups1' },
    `error nut.port: port-taken: nut.port 6444 conflicts with the agent's load balancer (lb-server-port) ${MOVE}`,
  ),
  apiAt(2382, 'etcd'),
  apiAt(3493, 'upsd'),
  apiAt(10259, 'kube-scheduler'),
  invalid(
    'the API right below the port of the cloud controller manager and at that of another is refused twice',
    { 'controlPlane.port': 10257 },
    [
      `error controlPlane.port: port-taken: controlPlane.port 10257 conflicts with kube-controller-manager ${MOVE}`,
      `error controlPlane.port: port-taken: controlPlane.port 10257, with kube-apiserver on 10258, conflicts with the cloud controller manager ${MOVE}`,
    ],
  ),
  invalid(
    'the API right below the port of upsd is refused',
    { 'controlPlane.port': 3492 },
    `error controlPlane.port: port-taken: controlPlane.port 3492, with kube-apiserver on 3493, conflicts with upsd ${MOVE}`,
  ),
];
