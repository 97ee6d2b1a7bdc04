import type { Drill } from '../drill';
import { removeControlGroups } from '../machine/control-groups';
import { buildRootFileSystems } from '../machine/root-file-systems';
import { gateControl, gateOff, gateWaits } from './gate';
import {
  hangingOpenrc,
  hangingOpenrcControl,
  hangingSystemd,
  hangingSystemdControl,
  lingeringPods,
  lingeringPodsControl,
  rebootUnderWay,
  stuckOpenrc,
  stuckOpenrcControl,
  stuckSystemd,
} from './hanging';
import { openrcLife, systemdLife } from './life';
import { logind, logindHangs } from './logind';

export const powerHostDrill: Drill = {
  name: 'power-host',
  summary: 'a host powers off at its deadline, with real systemd and OpenRC',
  programs: [
    { name: 'runc', debianPackage: 'runc' },
    { name: 'mmdebstrap', debianPackage: 'mmdebstrap' },
    { name: 'tar', debianPackage: 'tar' },
    { name: 'chroot', debianPackage: 'coreutils' },
  ],
  prepare: async () => {
    await buildRootFileSystems('systemd', 'openrc');
    return removeControlGroups;
  },
  scenarios: [
    { name: 'systemd', summary: 'deadline, reboot, lease and a killed killpowerd under systemd', run: systemdLife },
    {
      name: 'systemd-hangs',
      summary: 'a service ignores SIGTERM',
      run: hangingSystemd,
    },
    { name: 'systemd-reboots', summary: 'the same while a reboot is under way', run: rebootUnderWay },
    {
      name: 'systemd-hangs-control',
      summary: 'the same with a killpowerd that the shutdown stops, which has to fail',
      run: hangingSystemdControl,
    },
    {
      name: 'systemd-pods',
      summary: 'pods outlive k3s and ignore the last SIGTERM of the shutdown',
      run: lingeringPods,
    },
    {
      name: 'systemd-pods-control',
      summary: 'the same without @ in the name of killpowerd, which has to fail',
      run: lingeringPodsControl,
    },
    {
      name: 'gate-off',
      summary: 'a committed host is started again before the cut: off again, with an alarm',
      run: gateOff,
    },
    { name: 'gate-waits', summary: 'the same without an RTC: k3s starts after the time of the cut', run: gateWaits },
    { name: 'gate-control', summary: 'the same without the gate, which has to start k3s', run: gateControl },
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
      summary: 'the same with a killpowerd that the shutdown stops, which has to fail',
      run: hangingOpenrcControl,
    },
    { name: 'systemd-stuck', summary: 'the log and the RTC of killpowerd do not return', run: stuckSystemd },
    { name: 'openrc-stuck', summary: 'the same under OpenRC', run: stuckOpenrc },
    {
      name: 'openrc-stuck-control',
      summary: 'the same with a killpowerd that waits for them, which has to fail',
      run: stuckOpenrcControl,
    },
    { name: 'logind', summary: 'nothing installed: the pods call logind over the system bus', run: logind },
    {
      name: 'logind-hangs',
      summary: 'a service ignores SIGTERM, and logind does not force the power-off',
      run: logindHangs,
    },
  ],
};
