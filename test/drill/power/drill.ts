import type { Drill } from '../drill';
import { buildRootFileSystems, packageVersion } from '../machine/root-file-systems';
import { secondOutage } from './again';
import { client, clientCutOff, controlClient } from './clients';
import { countdown } from './countdown';
import {
  allPodsKilled,
  linkCutAtLowBattery,
  linkCutOnBattery,
  primaryFrozen,
  secondaryFrozen,
  secondFrozen,
  upsNodeFrozen,
  upsNodeKilled,
  upsNodeRestarted,
} from './dead-pods';
import { earlyOnBattery, earlyRuntime } from './early';
import { earlyOneOfTwo, earlyPrimaryFrozen } from './early-faults';
import { driverFrozen, upsdFrozen } from './frozen';
import { runFull } from './full';
import { controlFixedDelay, fixedDelay, hangingHalt, lowBattery, lowBatteryIpv6 } from './low-battery';
import { blip, exercise, exerciseByRunbook, mainsBack } from './mains';
import { notArmed, notArmedFsd } from './not-armed';
import { notesHealthy, notesKilled, notesMute } from './notes';
import { controlNotifyInMemory, notify, notifyFrozen } from './notify';
import { nutImage } from './power-lab';
import { preflight, preflightDelays } from './preflight';
import { controlRehearsal, rehearsal, rehearsalBlind, rehearsalNotArmed } from './rehearsal';
import {
  controlDriverFrozen,
  controlEarlyFrozen,
  controlOff,
  controlOneCaller,
  controlPrimaryFrozen,
  controlReading,
  controlRunFull,
  controlSecondFrozen,
  controlSecondOutage,
  controlSecret,
  controlSecretAtLowBattery,
  controlShed,
  controlUpsdFrozen,
  controlUpsFirst,
  controlWake,
  controlWithoutForce,
  controlWithoutLease,
  controlWords,
} from './sabotaged';
import { secretAtLowBattery, secretReplaced } from './secret';
import { controlSnmpApc, snmpApc, snmpCards } from './snmp';
import { twoUpsesOneLow, twoUpsesSilent } from './two-upses';
import { muteAtCommit, muteUps, upsdRestarted, wrongPassword } from './upsd-faults';
import { shed, wake } from './wake';
import { words } from './words';

/** Power failures with real NUT and an emulated UPS that cuts the power of the nodes. */
export const powerDrill: Drill = {
  name: 'power',
  summary: 'mains power fails: every node powers off in time, and the UPS cuts and restores its output',
  programs: [
    { name: 'upsd', debianPackage: 'nut-server' },
    { name: 'upsdrvctl', debianPackage: 'nut-server' },
    { name: 'upsmon', debianPackage: 'nut-client' },
    { name: 'upscmd', debianPackage: 'nut-client' },
    { name: 'upsc', debianPackage: 'nut-client' },
    { name: '/lib/nut/snmp-ups', debianPackage: 'nut-snmp' },
    { name: 'etherwake', debianPackage: 'etherwake' },
    { name: 'curl', debianPackage: 'curl' },
    { name: 'socat', debianPackage: 'socat' },
    { name: 'pgrep', debianPackage: 'procps' },
  ],
  prepare: async () => {
    const image = nutImage();
    if (image) {
      await buildRootFileSystems(image);
      console.log(`${image}: NUT ${await packageVersion(image, 'nut-server')}`);
    }
    return async () => {};
  },
  scenarios: [
    // the longest first
    { name: 'two-upses', summary: 'low battery of one of two UPSes, later of both', run: twoUpsesOneLow },
    {
      name: 'two-upses-silent',
      summary: 'low battery of one of two UPSes, which is silent while its output is off',
      run: twoUpsesSilent,
    },
    {
      name: 'low-battery',
      summary: 'low battery: all nodes power off in order, output cut, mains power returns',
      run: lowBattery,
    },
    {
      name: 'second-outage',
      summary: 'mains power fails again after an outage, before the battery is charged',
      run: secondOutage,
    },
    { name: 'shed', summary: 'one node is shed on battery, and woken when mains power returns', run: shed },
    {
      name: 'wake',
      summary: 'the UPS forgets its command: one node is started, and wakes the others',
      run: wake,
    },
    { name: 'client', summary: 'the same with a host outside the cluster on the UPS', run: client },
    {
      name: 'client-cut-off',
      summary: 'the network cable of that host is pulled at low battery',
      run: clientCutOff,
    },
    {
      name: 'control-client',
      summary: 'the offdelay of a plan without that host: it has to be cut while it runs',
      run: controlClient,
    },
    { name: 'low-battery-ipv6', summary: 'the same over IPv6', run: lowBatteryIpv6 },
    { name: 'hanging-halt', summary: 'a node hangs in its halt and is forced off', run: hangingHalt },
    { name: 'fixed-delay', summary: 'the UPS ignores offdelay and always cuts after 60 s', run: fixedDelay },
    { name: 'all-pods-killed', summary: 'every pod is killed for good 0.5 s after the commit', run: allPodsKilled },
    {
      name: 'ups-node-killed',
      summary: 'the pods of the UPS node are killed for good at its commit',
      run: upsNodeKilled,
    },
    { name: 'ups-node-frozen', summary: 'the pods of the UPS node are frozen at its commit', run: upsNodeFrozen },
    {
      name: 'ups-node-restarted',
      summary: 'the pods of the UPS node restart at its commit',
      run: upsNodeRestarted,
    },
    { name: 'secondary-frozen', summary: 'the pods of one node are frozen at low battery', run: secondaryFrozen },
    { name: 'primary-frozen', summary: 'primary on the UPS node is frozen at low battery', run: primaryFrozen },
    {
      name: 'second-frozen',
      summary: 'second on the UPS node is frozen on battery: the UPS is commanded before the lease expires',
      run: secondFrozen,
    },
    {
      name: 'link-cut-low',
      summary: 'the network cable of one node is pulled at low battery',
      run: linkCutAtLowBattery,
    },
    {
      name: 'link-cut-early',
      summary: 'the network cable of one node is pulled before low battery',
      run: linkCutOnBattery,
    },
    { name: 'mains-back', summary: 'mains power returns while the nodes power off', run: mainsBack },
    { name: 'blip', summary: 'mains power is away for 25 s', run: blip },
    { name: 'exercise', summary: 'a person sets FSD on mains power', run: exercise },
    { name: 'exercise-runbook', summary: 'the same by the command of hosts/RUNBOOK.md', run: exerciseByRunbook },
    {
      name: 'not-armed',
      summary: 'power.armed is false: low battery powers nothing off and cuts nothing',
      run: notArmed,
    },
    {
      name: 'not-armed-fsd',
      summary: 'the same, and a person sets FSD: it is cleared, and has to stay without what clears it',
      run: notArmedFsd,
    },
    {
      name: 'notify',
      summary: 'an outage without a network: the messages by ntfy and mail arrive afterwards',
      run: notify,
    },
    {
      name: 'notify-frozen',
      summary: 'low battery while the receivers hang and the senders are frozen',
      run: notifyFrozen,
    },
    {
      name: 'control-notify-memory',
      summary: 'the queue of messages in memory: nothing of the outage has to arrive',
      run: controlNotifyInMemory,
    },
    { name: 'rehearsal', summary: 'the command rehearse watches low battery, and measures each node', run: rehearsal },
    {
      name: 'rehearsal-not-armed',
      summary: 'the same while power.armed is false: every node stays on',
      run: rehearsalNotArmed,
    },
    {
      name: 'rehearsal-blind',
      summary: 'the same on a computer without network during the outage: times are unknown',
      run: rehearsalBlind,
    },
    {
      name: 'control-rehearsal',
      summary: 'the same with a node that is cut while it runs: rehearse has to report it',
      run: controlRehearsal,
    },
    { name: 'mute', summary: 'the UPS stops answering while on battery', run: muteUps },
    { name: 'mute-late', summary: 'the UPS stops answering when the first node is committed', run: muteAtCommit },
    {
      name: 'upsd-restarted',
      summary: 'upsd and its driver restart on battery, low battery later',
      run: upsdRestarted,
    },
    { name: 'wrong-password', summary: 'one node has an old password at low battery', run: wrongPassword },
    { name: 'driver-frozen', summary: 'the driver hangs on line and on battery, low battery later', run: driverFrozen },
    { name: 'upsd-frozen', summary: 'upsd hangs on battery, low battery later', run: upsdFrozen },
    { name: 'run-full', summary: 'the power-off directory of every node is full before the outage', run: runFull },
    {
      name: 'secret-replaced',
      summary: 'the Secret changes while the pods run, low battery later',
      run: secretReplaced,
    },
    {
      name: 'secret-at-low-battery',
      summary: 'the Secret changes on battery, at the moment of low battery',
      run: secretAtLowBattery,
    },
    { name: 'early-on-battery', summary: 'early shutdown after 10 s on battery', run: earlyOnBattery },
    { name: 'early-runtime', summary: 'early shutdown below a battery runtime', run: earlyRuntime },
    {
      name: 'early-primary-frozen',
      summary: 'the same while the primary is frozen and the UPS does not report its command',
      run: earlyPrimaryFrozen,
    },
    {
      name: 'early-one-of-two',
      summary: 'one of two UPSes at a node reaches the limit: the node stays up on the other',
      run: earlyOneOfTwo,
    },
    { name: 'snmp-apc', summary: 'a UPS with an APC network card: low battery, mains power returns', run: snmpApc },
    { name: 'snmp-cards', summary: 'what snmp-ups writes to a card of each MIB', run: snmpCards },
    { name: 'words', summary: 'after on battery: OL OFF, BYPASS, WAIT, and one bad reading of the charge', run: words },
    {
      name: 'countdown',
      summary: 'shutdown.return on battery, again, and shutdown.stop on line: what each driver makes of it',
      run: countdown,
    },
    { name: 'preflight', summary: 'preflight reports before a failure: no killpowerd, no agent', run: preflight },
    {
      name: 'preflight-delays',
      summary: 'preflight reports that the driver has another offdelay and ondelay',
      run: preflightDelays,
    },
    { name: 'control-no-lease', summary: 'secondary-frozen without the lease', run: controlWithoutLease },
    { name: 'control-driver-frozen', summary: 'driver-frozen without the restart', run: controlDriverFrozen },
    { name: 'control-upsd-frozen', summary: 'upsd-frozen without the restart', run: controlUpsdFrozen },
    { name: 'control-second-frozen', summary: 'second-frozen without lease.sh', run: controlSecondFrozen },
    {
      name: 'control-early-frozen',
      summary: 'early-primary-frozen without the limits in second',
      run: controlEarlyFrozen,
    },
    { name: 'control-primary-frozen', summary: 'primary-frozen without second', run: controlPrimaryFrozen },
    {
      name: 'control-off',
      summary: 'words with OFFDURATION 30, with --nut',
      run: controlOff,
      applies: () => nutImage() !== undefined,
    },
    { name: 'control-words', summary: 'words without a meaning of BYPASS and WAIT', run: controlWords },
    { name: 'control-reading', summary: 'words where one reading is enough', run: controlReading },
    { name: 'control-run-full', summary: 'run-full without the reserved pages', run: controlRunFull },
    { name: 'control-secret', summary: 'secret-replaced without the watch of the Secret', run: controlSecret },
    {
      name: 'control-secret-at-low-battery',
      summary: 'secret-at-low-battery without the watch of the Secret',
      run: controlSecretAtLowBattery,
    },
    {
      name: 'control-one-caller',
      summary: 'only one container commands the UPS and is frozen: the nodes have to stay off',
      run: controlOneCaller,
    },
    {
      name: 'control-ups-first',
      summary: 'the UPS first, the node second: with a silent UPS the node with the cable has to stay on',
      run: controlUpsFirst,
    },
    {
      name: 'control-second-outage',
      summary: 'second-outage with a battery that counts as charged',
      run: controlSecondOutage,
    },
    { name: 'control-shed', summary: 'shed without the limit', run: controlShed },
    { name: 'control-wake', summary: 'wake without the magic packets', run: controlWake },
    { name: 'control-no-force', summary: 'hanging-halt without the forced power-off', run: controlWithoutForce },
    { name: 'control-fixed-delay', summary: 'fixed-delay without that field', run: controlFixedDelay },
    { name: 'control-snmp-apc', summary: 'snmp-apc with offdelay not multiplied', run: controlSnmpApc },
    {
      name: 'notes-mute',
      summary: 'the configuration of the notes and a UPS that stops answering: the primary has to keep running',
      run: notesMute,
    },
    {
      name: 'notes-killed',
      summary: 'the same, and the pod of the primary is killed after the flags of the secondaries',
      run: notesKilled,
    },
    { name: 'notes-healthy', summary: 'the same without a fault, which has to pass', run: notesHealthy },
  ],
};
