import type { Drill } from '../drill';
import {
  allPodsKilled,
  linkCutAtLowBattery,
  linkCutOnBattery,
  secondaryFrozen,
  secondFrozen,
  upsNodeFrozen,
  upsNodeKilled,
  upsNodeRestarted,
} from './dead-pods';
import { earlyOnBattery, earlyRuntime } from './early';
import { earlyOneOfTwo, earlyPrimaryFrozen } from './early-faults';
import { hangingHalt, lowBattery, lowBatteryIpv6 } from './low-battery';
import { blip, exercise, exerciseByRunbook, mainsBack } from './mains';
import { notesHealthy, notesKilled, notesMute } from './notes';
import { preflight, preflightOffDelay } from './preflight';
import { controlOneCaller, controlUpsFirst, controlWithoutForce, controlWithoutLease } from './sabotaged';
import { twoUpsesOneLow, twoUpsesSilent } from './two-upses';
import { muteAtCommit, muteUps, upsdRestarted, wrongPassword } from './upsd-faults';

/** A power failure, with real NUT and a UPS that really cuts its load. */
export const powerDrill: Drill = {
  name: 'power',
  summary: 'the mains fail: every machine powers itself off in time, and the UPS cuts and restores the load',
  programs: [
    { name: 'upsd', debianPackage: 'nut-server' },
    { name: 'upsdrvctl', debianPackage: 'nut-server' },
    { name: 'upsmon', debianPackage: 'nut-client' },
    { name: 'upscmd', debianPackage: 'nut-client' },
    { name: 'upsc', debianPackage: 'nut-client' },
    { name: 'socat', debianPackage: 'socat' },
    { name: 'pgrep', debianPackage: 'procps' },
  ],
  scenarios: [
    // the longest first
    { name: 'two-upses', summary: 'one of two UPSes gets low, and later both', run: twoUpsesOneLow },
    {
      name: 'two-upses-silent',
      summary: 'one of two UPSes gets low and is silent while its load is off',
      run: twoUpsesSilent,
    },
    {
      name: 'low-battery',
      summary: 'low battery: all machines off in order, load cut, mains back',
      run: lowBattery,
    },
    { name: 'low-battery-ipv6', summary: 'the same among machines that speak IPv6', run: lowBatteryIpv6 },
    { name: 'hanging-halt', summary: 'a machine hangs in its halt and is forced off', run: hangingHalt },
    { name: 'all-pods-killed', summary: 'every pod is killed for good 0.5 s after the commit', run: allPodsKilled },
    {
      name: 'ups-node-killed',
      summary: 'the pods of the UPS node are killed for good at its commit',
      run: upsNodeKilled,
    },
    { name: 'ups-node-frozen', summary: 'the pods of the UPS node stand still at its commit', run: upsNodeFrozen },
    {
      name: 'ups-node-restarted',
      summary: 'the pods of the UPS node start again at its commit',
      run: upsNodeRestarted,
    },
    { name: 'secondary-frozen', summary: 'the pods of one machine stand still at low battery', run: secondaryFrozen },
    {
      name: 'second-frozen',
      summary: 'on battery, who renews the lease of the UPS node stands still: the UPS is told before it ends',
      run: secondFrozen,
    },
    { name: 'link-cut-low', summary: 'the cable of one machine is pulled at low battery', run: linkCutAtLowBattery },
    { name: 'link-cut-early', summary: 'the cable of one machine is pulled before low battery', run: linkCutOnBattery },
    { name: 'mains-back', summary: 'the mains come back while the machines go down', run: mainsBack },
    { name: 'blip', summary: 'the mains are away for 25 s', run: blip },
    { name: 'exercise', summary: 'a person declares the shutdown while the mains are there', run: exercise },
    { name: 'exercise-runbook', summary: 'the same by the command of hosts/RUNBOOK.md', run: exerciseByRunbook },
    { name: 'mute', summary: 'the UPS stops answering while on battery', run: muteUps },
    { name: 'mute-late', summary: 'the UPS stops answering when the first machine is committed', run: muteAtCommit },
    {
      name: 'upsd-restarted',
      summary: 'upsd and its driver start again on battery, low battery later',
      run: upsdRestarted,
    },
    { name: 'wrong-password', summary: 'one machine has an old password, at low battery', run: wrongPassword },
    { name: 'early-on-battery', summary: 'the shutdown is declared after 10 s on battery', run: earlyOnBattery },
    { name: 'early-runtime', summary: 'the shutdown is declared when the battery lasts too short', run: earlyRuntime },
    {
      name: 'early-primary-frozen',
      summary: 'the same while the primary stands still, and the UPS does not show what it was told',
      run: earlyPrimaryFrozen,
    },
    {
      name: 'early-one-of-two',
      summary: 'one of two UPSes at a machine reaches the limit: the other goes on',
      run: earlyOneOfTwo,
    },
    { name: 'preflight', summary: 'what would go wrong is told before: no killpowerd, no agent', run: preflight },
    { name: 'preflight-offdelay', summary: 'the same: the driver has another offdelay', run: preflightOffDelay },
    {
      name: 'control-no-lease',
      summary: 'the lease taken out: a machine whose pods stand still has to be cut off while it runs',
      run: controlWithoutLease,
    },
    {
      name: 'control-one-caller',
      summary: 'only one container commands the UPS: when it stands still, the machines have to stay off for good',
      run: controlOneCaller,
    },
    {
      name: 'control-ups-first',
      summary: 'the UPS first and the machine second: at a mute UPS the node with the cable has to stay on',
      run: controlUpsFirst,
    },
    {
      name: 'control-no-force',
      summary: 'the force taken out: a machine whose halt hangs has to be cut off meanwhile',
      run: controlWithoutForce,
    },
    {
      name: 'notes-mute',
      summary: 'the configuration of the notes at a UPS that stops answering: the primary has to be left running',
      run: notesMute,
    },
    {
      name: 'notes-killed',
      summary: 'the same when its pod is killed after the flags of the others',
      run: notesKilled,
    },
    { name: 'notes-healthy', summary: 'the same without a fault, which has to go well', run: notesHealthy },
  ],
};
