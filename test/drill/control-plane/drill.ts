import type { Drill } from '../drill';
import { removeControlGroups } from '../machine/control-groups';
import { buildRootFileSystems } from '../machine/root-file-systems';
import { arpScenarios } from './arp';
import { boot } from './boot';
import { decisions } from './decisions';
import { electionScenarios } from './election';
import { k3os } from './k3os';
import { keepalivedScenarios } from './keepalived';
import { kubeconfigScenarios } from './kubeconfig';
import { quorumScenarios } from './quorum';
import { race } from './race';
import { rebuild, rebuildControl, restore } from './rebuild';
import { snapshotScenarios } from './snapshot';

/** Bootstrapping, joining and replacing servers, and the control-plane VIP. */
export const controlPlaneDrill: Drill = {
  name: 'control-plane',
  summary: 'servers bootstrap one cluster, join it and are replaced; the VIP moves',
  programs: [
    { name: 'curl', debianPackage: 'curl' },
    { name: 'etcd', debianPackage: 'etcd-server' },
    { name: 'etcdctl', debianPackage: 'etcd-client' },
    { name: 'keepalived', debianPackage: 'keepalived' },
    { name: 'arping', debianPackage: 'arping' },
    { name: 'iptables', debianPackage: 'iptables' },
    { name: 'openssl', debianPackage: 'openssl' },
    { name: 'busybox', debianPackage: 'busybox' },
    { name: 'dash', debianPackage: 'dash' },
    { name: 'socat', debianPackage: 'socat' },
    { name: 'runc', debianPackage: 'runc' },
    { name: 'mmdebstrap', debianPackage: 'mmdebstrap' },
    { name: 'tar', debianPackage: 'tar' },
  ],
  prepare: () => buildRootFileSystems('cloud-init', 'openrc'),
  cleanUp: removeControlGroups,
  atOnce: 4,
  // scenarios that measure times first
  scenarios: [
    ...electionScenarios,
    ...quorumScenarios,
    ...snapshotScenarios,
    ...keepalivedScenarios,
    ...arpScenarios,
    ...kubeconfigScenarios,
    {
      name: 'boot',
      summary: 'first boot with the seed of npm run hosts, with real cloud-init and systemd',
      run: boot,
    },
    { name: 'k3os', summary: 'k3os/server.yaml from the first boot to a new disk, with real OpenRC', run: k3os },
    { name: 'decisions', summary: 'decisions of k3s-ha, with dash and iproute2', run: decisions('dash') },
    { name: 'decisions-busybox', summary: 'the same with busybox only', run: decisions('busybox') },
    { name: 'rebuild', summary: 'the server that bootstrapped the cluster loses its disk, three times', run: rebuild },
    {
      name: 'rebuild-control',
      summary: 'the same with permanent cluster-init, which has to fail',
      run: rebuildControl,
    },
    { name: 'restore', summary: 'restore from a snapshot, by the commands of the runbook', run: restore },
    { name: 'race', summary: 'three servers bootstrap at once, 20 times', run: race(3) },
    { name: 'race-of-five', summary: 'the same with five servers', run: race(5) },
  ],
};
