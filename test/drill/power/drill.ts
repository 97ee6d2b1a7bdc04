import { type Drill, plan } from '../drill';
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
import { runFull, runFullWriters } from './full';
import { controlFixedDelay, fixedDelay, hangingHalt, lowBattery, lowBatteryIpv6 } from './low-battery';
import { blip, exercise, exerciseByRunbook, mainsBack } from './mains';
import { notArmed, notArmedFsd } from './not-armed';
import { notesHealthy, notesKilled, notesMute } from './notes';
import { controlNotifyInMemory, notify, notifyFrozen } from './notify';
import { nutImage } from './power-lab';
import { preflight, preflightDelays } from './preflight';
import { controlRehearsal, rehearsal, rehearsalBlind, rehearsalNotArmed } from './rehearsal';
import { controlOneCaller, controls, controlUpsFirst } from './sabotaged';
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
    plan('two-upses', 'low battery of one of two UPSes, later of both', twoUpsesOneLow),
    plan(
      'two-upses-silent',
      'low battery of one of two UPSes, which is silent while its output is off',
      twoUpsesSilent,
    ),
    plan('low-battery', 'low battery: all nodes power off in order, output cut, mains power returns', lowBattery),
    plan('second-outage', 'mains power fails again after an outage, before the battery is charged', secondOutage),
    plan('shed', 'one node is shed on battery, and woken when mains power returns', shed),
    plan('wake', 'the UPS drops its command: one node is started, and wakes the others', wake),
    plan('client', 'the same with a host outside the cluster on the UPS', client),
    plan('client-cut-off', 'the network cable of that host is pulled at low battery', clientCutOff),
    plan('control-client', 'the offdelay of a plan without that host: it has to be cut while it runs', controlClient),
    plan('low-battery-ipv6', 'the same over IPv6', lowBatteryIpv6),
    plan('hanging-halt', 'a node hangs in its halt and is forced off', hangingHalt),
    plan('fixed-delay', 'the UPS ignores offdelay and always cuts after 60 s', fixedDelay),
    plan('all-pods-killed', 'every pod is killed for good 0.5 s after the commit', allPodsKilled),
    plan('ups-node-killed', 'the pods of the UPS node are killed for good at its commit', upsNodeKilled),
    plan('ups-node-frozen', 'the pods of the UPS node are frozen at its commit', upsNodeFrozen),
    plan('ups-node-restarted', 'the pods of the UPS node restart at its commit', upsNodeRestarted),
    plan('secondary-frozen', 'the pods of one node are frozen at low battery', secondaryFrozen),
    plan('primary-frozen', 'primary on the UPS node is frozen at low battery', primaryFrozen),
    plan(
      'second-frozen',
      'second on the UPS node is frozen on battery: the UPS is commanded before the lease expires',
      secondFrozen,
    ),
    plan('link-cut-low', 'the network cable of one node is pulled at low battery', linkCutAtLowBattery),
    plan('link-cut-early', 'the network cable of one node is pulled before low battery', linkCutOnBattery),
    plan('mains-back', 'mains power returns while the nodes power off', mainsBack),
    plan('blip', 'mains power is away for 25 s', blip),
    plan('exercise', 'a person sets FSD on mains power', exercise),
    plan('exercise-runbook', 'the same by the command of hosts/RUNBOOK.md', exerciseByRunbook),
    plan('not-armed', 'power.armed is false: low battery powers nothing off and cuts nothing', notArmed),
    plan(
      'not-armed-fsd',
      'the same, and a person sets FSD: it is cleared, and has to stay without what clears it',
      notArmedFsd,
    ),
    plan('notify', 'an outage without a network: the messages by ntfy and mail arrive afterwards', notify),
    plan('notify-frozen', 'low battery while the receivers hang and the senders are frozen', notifyFrozen),
    plan(
      'control-notify-memory',
      'the queue of messages in memory: nothing of the outage has to arrive',
      controlNotifyInMemory,
    ),
    plan('rehearsal', 'the command rehearse watches low battery, and measures each node', rehearsal),
    plan('rehearsal-not-armed', 'the same while power.armed is false: every node stays on', rehearsalNotArmed),
    plan(
      'rehearsal-blind',
      'the same on a computer without network during the outage: times are unknown',
      rehearsalBlind,
    ),
    plan(
      'control-rehearsal',
      'the same with a node that is cut while it runs: rehearse has to report it',
      controlRehearsal,
    ),
    plan('mute', 'the UPS stops answering while on battery', muteUps),
    plan('mute-late', 'the UPS stops answering when the first node is committed', muteAtCommit),
    plan('upsd-restarted', 'upsd and its driver restart on battery, low battery later', upsdRestarted),
    plan('wrong-password', 'one node has an old password at low battery', wrongPassword),
    plan('driver-frozen', 'the driver hangs on line and on battery, low battery later', driverFrozen),
    plan('upsd-frozen', 'upsd hangs on battery, low battery later', upsdFrozen),
    plan('run-full-writers', 'two processes write a line in a full power-off directory', runFullWriters),
    plan('run-full', 'the power-off directory of every node is full before the outage', runFull),
    plan('secret-replaced', 'the Secret changes while the pods run, low battery later', secretReplaced),
    plan('secret-at-low-battery', 'the Secret changes on battery, at the moment of low battery', secretAtLowBattery),
    plan('early-on-battery', 'early shutdown after 10 s on battery', earlyOnBattery),
    plan('early-runtime', 'early shutdown below a battery runtime', earlyRuntime),
    plan(
      'early-primary-frozen',
      'the same while the primary is frozen and the UPS does not report its command',
      earlyPrimaryFrozen,
    ),
    plan(
      'early-one-of-two',
      'one of two UPSes at a node reaches the limit: the node stays up on the other',
      earlyOneOfTwo,
    ),
    plan('snmp-apc', 'a UPS with an APC network card: low battery, mains power returns', snmpApc),
    plan('snmp-cards', 'what snmp-ups writes to a card of each MIB', snmpCards),
    plan('words', 'after on battery: OL OFF, BYPASS, WAIT, and one bad reading of the charge', words),
    plan(
      'countdown',
      'shutdown.return on battery, again, and shutdown.stop on line: what each driver makes of it',
      countdown,
    ),
    plan('preflight', 'preflight reports before a failure: no killpowerd, no agent', preflight),
    plan('preflight-delays', 'preflight reports that the driver has another offdelay and ondelay', preflightDelays),
    ...controls,
    plan(
      'control-one-caller',
      'only one container commands the UPS and is frozen: the nodes have to stay off',
      controlOneCaller,
    ),
    plan(
      'control-ups-first',
      'the UPS first, the node second: with a silent UPS the node with the cable has to stay on',
      controlUpsFirst,
    ),
    plan('control-fixed-delay', 'fixed-delay without that field', controlFixedDelay),
    plan('control-snmp-apc', 'snmp-apc with offdelay not multiplied', controlSnmpApc),
    plan(
      'notes-mute',
      'the configuration of the notes and a UPS that stops answering: the primary has to keep running',
      notesMute,
    ),
    plan(
      'notes-killed',
      'the same, and the pod of the primary is killed after the flags of the secondaries',
      notesKilled,
    ),
    plan('notes-healthy', 'the same without a fault, which has to pass', notesHealthy),
  ],
};
