import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { kubectlPath } from '../../support/kubectl';
import { programPath } from '../../support/program';
import type { Drill } from '../drill';
import { removeControlGroups } from '../machine/control-groups';
import { buildRootFileSystems } from '../machine/root-file-systems';
import { snapshots, token } from './data';
import { cuts, install } from './install';

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
  ],
  prepare: async () => {
    await buildRootFileSystems('stock');
    kubectlPath();
    const programs = resolve('build/drill-program');
    rmSync(programs, { recursive: true, force: true });
    mkdirSync(programs, { recursive: true });
    process.env['TEST_PROGRAMS'] = programs;
    programPath();
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
  ],
};
