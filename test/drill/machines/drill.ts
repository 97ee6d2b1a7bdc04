import { kubectlPath } from '../../support/kubectl';
import type { Drill } from '../drill';
import { removeControlGroups } from '../machine/control-groups';
import { buildRootFileSystems } from '../machine/root-file-systems';
import { buildProgram } from '../program';
import { snapshots, token } from './data';
import { cuts, install } from './install';
import { remove, replace } from './lifecycle';
import { OTHER_SYSTEMS, systems } from './systems';

/** The installation of machines over ssh. */
export const machinesDrill: Drill = {
  name: 'machines',
  summary:
    'machines install on stock hosts with real systemd, sshd and sudo; k3s, its installer and the API are stand-ins',
  programs: [
    { name: 'runc', debianPackage: 'runc' },
    { name: 'mmdebstrap', debianPackage: 'mmdebstrap' },
    { name: 'tar', debianPackage: 'tar' },
    { name: 'chroot', debianPackage: 'coreutils' },
    { name: 'openssl', debianPackage: 'openssl' },
    { name: 'ssh', debianPackage: 'openssh-client' },
    { name: 'etcd', debianPackage: 'etcd-server' },
  ],
  prepare: async (scenarios) => {
    const others = scenarios.includes('systems') ? OTHER_SYSTEMS : [];
    const openrc = scenarios.includes('remove') ? (['openrc-stock'] as const) : [];
    await buildRootFileSystems('stock', ...new Set([...others, ...openrc]));
    kubectlPath();
    buildProgram();
    return removeControlGroups;
  },
  atOnce: 1,
  scenarios: [
    {
      name: 'install',
      summary: 'one command makes a cluster of three stock hosts, again it changes nothing; then k3s is upgraded',
      run: install,
    },
    {
      name: 'cuts',
      summary: 'an unreachable host, wrong inputs, and six cuts by the person and by power cuts',
      run: cuts,
    },
    {
      name: 'snapshots',
      summary:
        'a snapshot is listed, fetched and restored, also after a cut, and no server continues with its old data',
      run: snapshots,
    },
    {
      name: 'token',
      summary: 'the token is rotated, also after a cut; an older snapshot is restored with the old one',
      run: token,
    },
    {
      name: 'replace',
      summary: 'one of three hosts, with real etcd: unreachable, cut, a duplicate node name, a member that was removed',
      run: replace,
    },
    {
      name: 'remove',
      summary:
        'two of three servers, with real etcd and one OpenRC: quorum, cut in the middle; then both are added again',
      run: remove,
    },
    {
      name: 'systems',
      summary:
        'Debian 12 with ufw, Debian 13, and OpenRC with busybox, without internet access: from refusals to an upgrade',
      run: systems,
    },
  ],
};
