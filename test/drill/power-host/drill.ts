import { type Drill, plan } from '../drill';
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
    plan('systemd', 'deadline, reboot, lease and a killed killpowerd under systemd', systemdLife),
    plan('systemd-hangs', 'a service ignores SIGTERM', hangingSystemd),
    plan('systemd-reboots', 'the same while a reboot is under way', rebootUnderWay),
    plan(
      'systemd-hangs-control',
      'the same with a killpowerd that the shutdown stops, which has to fail',
      hangingSystemdControl,
    ),
    plan('systemd-pods', 'pods outlive k3s and ignore the last SIGTERM of the shutdown', lingeringPods),
    plan(
      'systemd-pods-control',
      'the same without @ in the name of killpowerd, which has to fail',
      lingeringPodsControl,
    ),
    plan('gate-off', 'a committed host is started again before the cut: off again, with an alarm', gateOff),
    plan('gate-waits', 'the same without an RTC: k3s starts after the time of the cut', gateWaits),
    plan('gate-control', 'the same without the gate, which has to start k3s', gateControl),
    plan('openrc', 'deadline, reboot, lease and a killed killpowerd under OpenRC, as on k3OS', openrcLife),
    plan('openrc-hangs', 'a service does not stop, and killpowerd is killed meanwhile', hangingOpenrc),
    plan(
      'openrc-hangs-control',
      'the same with a killpowerd that the shutdown stops, which has to fail',
      hangingOpenrcControl,
    ),
    plan('systemd-stuck', 'the log and the RTC of killpowerd do not return', stuckSystemd),
    plan('openrc-stuck', 'the same under OpenRC', stuckOpenrc),
    plan(
      'openrc-stuck-control',
      'the same with a killpowerd that waits for them, which has to fail',
      stuckOpenrcControl,
    ),
    plan('logind', 'nothing installed: the pods call logind over the system bus', logind),
    plan('logind-hangs', 'a service ignores SIGTERM, and logind does not force the power-off', logindHangs),
  ],
};
