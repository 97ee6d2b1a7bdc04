import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Drill } from '../drill';
import { removeControlGroups } from '../machine/control-groups';
import { applySite } from './apply';
import { argocd } from './argocd';
import { apiContract } from './contract';
import { drain } from './drain';
import { election } from './election';
import { publish } from './figures';
import { flux } from './flux';
import { buildImages, kubeVipProgram } from './images';
import { installProgram, removeProgram } from './installed';
import { lifecycle } from './lifecycle';
import { loadBalancer, loadBalancerControl } from './load-balancer';
import { PYTHON } from './logind';
import { CNI_FOLDER } from './node-agent';
import { nodes } from './nodes';
import { notReady } from './not-ready';
import { powerBlip, powerHealthy, powerKubeletDead, powerPodsDeleted, powerRollout } from './power';
import { buildPrograms, CLUSTER_MODULES } from './programs';
import { quiet } from './quiet';
import { EXAMPLES, removeSites, SHIPPED, writeSites } from './sites';
import { virtualIp } from './vip';
import { allowWatches } from './watches';
import { webhook } from './webhook';

/** dist/ on a real Kubernetes: applied, failed over, powered off. */
export const kubernetesDrill: Drill = {
  name: 'kubernetes',
  summary: 'dist/ on a real Kubernetes with a real MetalLB and a real kubelet',
  programs: [
    { name: 'runc', debianPackage: 'runc' },
    { name: 'iptables', debianPackage: 'iptables' },
    { name: 'conntrack', debianPackage: 'conntrack' },
    { name: 'mmdebstrap', debianPackage: 'mmdebstrap' },
    { name: 'openssl', debianPackage: 'openssl' },
    { name: 'socat', debianPackage: 'socat' },
    { name: 'dbus-daemon', debianPackage: 'dbus' },
    { name: 'dbus-send', debianPackage: 'dbus' },
    { name: 'tar', debianPackage: 'tar' },
    { name: 'git', debianPackage: 'git' },
  ],
  atOnce: availableParallelism(),
  onDemand: true,
  prepare: async (scenarios) => {
    if (!existsSync(join(CNI_FOLDER, 'bridge'))) {
      throw new Error(
        `${CNI_FOLDER} is empty; install with\n  apt-get install --no-install-recommends containernetworking-plugins`,
      );
    }
    if (spawnSync(PYTHON, ['-c', 'import dbusmock']).status !== 0) {
      throw new Error(
        `${PYTHON} has no dbusmock; install with\n  apt-get install --no-install-recommends python3-dbusmock`,
      );
    }
    if (kubeVipProgram() === undefined)
      console.log('kubernetes/vip: not run here; KUBE_VIP names no program of kube-vip');
    writeSites();
    if (scenarios.includes('lifecycle')) installProgram();
    await buildPrograms([
      ...CLUSTER_MODULES,
      ...(['flux', 'argocd'] as const).filter((name) => scenarios.includes(name)),
    ]);
    await buildImages();
    const restoreWatches = allowWatches();
    return async () => {
      removeSites();
      removeProgram();
      restoreWatches();
      await removeControlGroups();
    };
  },
  publish,
  scenarios: [
    ...[SHIPPED, ...EXAMPLES].map((name) => ({
      name: `apply-${name}`,
      summary: `the site ${name} is applied twice, in three ways, to an empty cluster`,
      run: applySite(name),
    })),
    {
      name: 'contract',
      summary: 'the API server answers as the one that the tests of npm run apply emulate',
      run: apiContract,
    },
    {
      name: 'lifecycle',
      summary: 'the packed program in an empty folder, from init to uninstall; changes with steps; adoption',
      run: lifecycle,
    },
    { name: 'quiet', summary: 'nobody does anything: no restart, nothing forbidden, no difference', run: quiet },
    { name: 'webhook', summary: 'bad pools and the webhook of MetalLB: fail, ignore, off', run: webhook },
    {
      name: 'load-balancer-local',
      summary: 'the node behind a LoadBalancer address fails, externalTrafficPolicy Local',
      run: loadBalancer(SHIPPED, 'Local'),
    },
    {
      name: 'load-balancer-cluster',
      summary: 'the same with externalTrafficPolicy Cluster',
      run: loadBalancer(SHIPPED, 'Cluster'),
    },
    {
      name: 'load-balancer-memberlist-fast',
      summary: 'externalTrafficPolicy Local with loadBalancer.memberlist: fast',
      run: loadBalancer('memberlist-fast', 'Local'),
    },
    {
      name: 'load-balancer-failover-fast',
      summary: 'externalTrafficPolicy Cluster with controlPlane.failover: fast',
      run: loadBalancer('failover-fast', 'Cluster'),
    },
    {
      name: 'load-balancer-control',
      summary: 'the other nodes have no speaker: nobody may answer',
      run: loadBalancerControl,
    },
    {
      name: 'power',
      summary: 'low battery under the kubelet: every machine is powered off in time',
      run: powerHealthy,
    },
    { name: 'power-blip', summary: 'the mains are away for a while: leases come and go', run: powerBlip },
    { name: 'power-pods-deleted', summary: 'every NUT pod is deleted during the shutdown', run: powerPodsDeleted },
    { name: 'power-rollout', summary: 'a rolling update of NUT begins on battery, then it is low', run: powerRollout },
    { name: 'power-kubelet-dead', summary: 'kubelet and containerd of a machine are dead', run: powerKubeletDead },
    { name: 'not-ready', summary: 'killpowerd of a machine ends: who says so', run: notReady },
    { name: 'election', summary: 'etcd loses its leader: who loses a lease', run: election },
    { name: 'drain', summary: 'the drain of machines upgrade, with and without a PodDisruptionBudget', run: drain },
    { name: 'nodes', summary: 'the cable and its label, a node deleted and joined again', run: nodes },
    { name: 'flux', summary: 'Flux applies gitops/: without a Secret, with it, a change and a removal', run: flux },
    { name: 'argocd', summary: 'gitops-engine of Argo CD applies gitops/: first and a removal', run: argocd },
    ...(kubeVipProgram() === undefined
      ? []
      : [{ name: 'vip', summary: 'the holder of the virtual IP fails, with the real kube-vip', run: virtualIp }]),
  ],
};
