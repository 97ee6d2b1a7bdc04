import { type Drill, plan } from '../drill';
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
    plan('boot', 'first boot with the seed of npm run hosts, with real cloud-init and systemd', boot),
    plan('k3os', 'k3os/server.yaml from the first boot to a new disk, with real OpenRC', k3os),
    plan('rebuild', 'the server that bootstrapped the cluster loses its disk, three times', rebuild),
    plan('rebuild-control', 'the same with permanent cluster-init, which has to fail', rebuildControl),
    plan('restore', 'restore from a snapshot, by the commands of the runbook', restore),
    plan('days', 'three days that made two clusters before servers voted', days('dash')),
    plan('days-busybox', 'the same with busybox only', days('busybox')),
    plan('days-control', 'the same where a missing answer counts as no data, which has to fail', daysControl('dash')),
    plan('faults', 'partitions, old data, wrong names and addresses, a stranger at the VIP', faults('dash')),
    plan('faults-busybox', 'the same with busybox only', faults('busybox')),
    plan('killed', 'k3s-ha of two candidates is killed at ten points in time, one of them restarts', killed('dash')),
    plan('messages', 'replayed and forged questions, and garbage', messages('dash')),
    plan('ports', 'preflight finds each port that a firewall blocks', ports('dash')),
    plan('ports-busybox', 'the same with busybox only', ports('busybox')),
    plan('race', 'three servers bootstrap at once, 20 times', race(3)),
    plan('race-of-five', 'the same with five servers', race(5)),
  ],
};
