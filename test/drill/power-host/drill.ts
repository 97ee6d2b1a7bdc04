import type { Drill } from '../drill';
import { removeControlGroups } from '../machine/control-groups';
import { buildRootFileSystems } from '../machine/root-file-systems';
import {
  hangingOpenrc,
  hangingOpenrcControl,
  hangingSystemd,
  hangingSystemdControl,
  lingeringPods,
  lingeringPodsControl,
} from './hanging';
import { openrcLife, systemdLife } from './life';
import { logind, logindHangs } from './logind';

export const powerHostDrill: Drill = {
  name: 'power-host',
  summary: 'a machine powers itself off at its deadline, with a real systemd and a real OpenRC',
  programs: [
    { name: 'runc', debianPackage: 'runc' },
    { name: 'mmdebstrap', debianPackage: 'mmdebstrap' },
    { name: 'tar', debianPackage: 'tar' },
    { name: 'chroot', debianPackage: 'coreutils' },
  ],
  prepare: () => buildRootFileSystems('systemd', 'openrc'),
  cleanUp: removeControlGroups,
  scenarios: [
    { name: 'systemd', summary: 'deadline, reboot, lease and a killed killpowerd under systemd', run: systemdLife },
    {
      name: 'systemd-hangs',
      summary: 'a service ignores SIGTERM',
      run: hangingSystemd,
    },
    {
      name: 'systemd-hangs-control',
      summary: 'the same, killpowerd being stopped like any other',
      run: hangingSystemdControl,
    },
    {
      name: 'systemd-pods',
      summary: 'pods outlive k3s and ignore the last SIGTERM of the shutdown',
      run: lingeringPods,
    },
    {
      name: 'systemd-pods-control',
      summary: 'the same, killpowerd having no @ in its name',
      run: lingeringPodsControl,
    },
    {
      name: 'openrc',
      summary: 'deadline, reboot, lease and a killed killpowerd under OpenRC, as on k3OS',
      run: openrcLife,
    },
    {
      name: 'openrc-hangs',
      summary: 'a service does not stop, and killpowerd is killed meanwhile',
      run: hangingOpenrc,
    },
    {
      name: 'openrc-hangs-control',
      summary: 'the same, killpowerd being stopped like any other',
      run: hangingOpenrcControl,
    },
    { name: 'logind', summary: 'nothing on the machine: the pods ask logind over the system bus', run: logind },
    { name: 'logind-hangs', summary: 'a service ignores SIGTERM, and logind does not force it', run: logindHangs },
  ],
};
