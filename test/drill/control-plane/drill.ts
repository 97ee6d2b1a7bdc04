import type { Drill } from '../drill';
import { removeControlGroups } from '../machine/control-groups';
import { buildRootFileSystems } from '../machine/root-file-systems';
import { arpScenarios } from './arp';
import { boot } from './boot';
import { days, daysControl, faults, killed, messages } from './bootstrap';
import { electionScenarios } from './election';
import { k3os } from './k3os';
import { keepalivedScenarios } from './keepalived';
import { kubeconfigScenarios } from './kubeconfig';
import { ports } from './ports';
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
  prepare: async () => {
    await buildRootFileSystems('cloud-init', 'openrc');
    return removeControlGroups;
  },
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
    { name: 'rebuild', summary: 'the server that bootstrapped the cluster loses its disk, three times', run: rebuild },
    {
      name: 'rebuild-control',
      summary: 'the same with permanent cluster-init, which has to fail',
      run: rebuildControl,
    },
    { name: 'restore', summary: 'restore from a snapshot, by the commands of the runbook', run: restore },
    { name: 'days', summary: 'three days that made two clusters before servers voted', run: days('dash') },
    { name: 'days-busybox', summary: 'the same with busybox only', run: days('busybox') },
    {
      name: 'days-control',
      summary: 'the same where a missing answer counts as no data, which has to fail',
      run: daysControl('dash'),
    },
    {
      name: 'faults',
      summary: 'partitions, old data, wrong names and addresses, a stranger at the VIP',
      run: faults('dash'),
    },
    { name: 'faults-busybox', summary: 'the same with busybox only', run: faults('busybox') },
    {
      name: 'killed',
      summary: 'k3s-ha of two candidates is killed at ten points in time, one of them restarts',
      run: killed('dash'),
    },
    { name: 'messages', summary: 'replayed and forged questions, and garbage', run: messages('dash') },
    { name: 'ports', summary: 'preflight finds each port that a firewall blocks', run: ports('dash') },
    { name: 'ports-busybox', summary: 'the same with busybox only', run: ports('busybox') },
    { name: 'race', summary: 'three servers bootstrap at once, 20 times', run: race(3) },
    { name: 'race-of-five', summary: 'the same with five servers', run: race(5) },
  ],
};
