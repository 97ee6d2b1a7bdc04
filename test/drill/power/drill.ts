import type { Drill, ScenarioPlan } from '../drill';
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
import { controlOneCaller, controls, controlUpsFirst } from './sabotaged';
import { secretAtLowBattery, secretReplaced } from './secret';
import { controlSnmpApc, snmpApc, snmpCards } from './snmp';
import { twoUpsesOneLow, twoUpsesSilent } from './two-upses';
import { muteAtCommit, muteUps, upsdRestarted, wrongPassword } from './upsd-faults';
import { shed, wake } from './wake';
import { words } from './words';

const does = (name: string, summary: string, run: ScenarioPlan['run']): ScenarioPlan => ({ name, summary, run });

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
    does('two-upses', 'low battery of one of two UPSes, later of both', twoUpsesOneLow),
    does(
      'two-upses-silent',
      'low battery of one of two UPSes, which is silent while its output is off',
      twoUpsesSilent,
    ),
    does('low-battery', 'low battery: all nodes power off in order, output cut, mains power returns', lowBattery),
    does('second-outage', 'mains power fails again after an outage, before the battery is charged', secondOutage),
    does('shed', 'one node is shed on battery, and woken when mains power returns', shed),
    does('wake', 'the UPS forgets its command: one node is started, and wakes the others', wake),
    does('client', 'the same with a host outside the cluster on the UPS', client),
    does('client-cut-off', 'the network cable of that host is pulled at low battery', clientCutOff),
    does('control-client', 'the offdelay of a plan without that host: it has to be cut while it runs', controlClient),
    does('low-battery-ipv6', 'the same over IPv6', lowBatteryIpv6),
    does('hanging-halt', 'a node hangs in its halt and is forced off', hangingHalt),
    does('fixed-delay', 'the UPS ignores offdelay and always cuts after 60 s', fixedDelay),
    does('all-pods-killed', 'every pod is killed for good 0.5 s after the commit', allPodsKilled),
    does('ups-node-killed', 'the pods of the UPS node are killed for good at its commit', upsNodeKilled),
    does('ups-node-frozen', 'the pods of the UPS node are frozen at its commit', upsNodeFrozen),
    does('ups-node-restarted', 'the pods of the UPS node restart at its commit', upsNodeRestarted),
    does('secondary-frozen', 'the pods of one node are frozen at low battery', secondaryFrozen),
    does('primary-frozen', 'primary on the UPS node is frozen at low battery', primaryFrozen),
    does(
      'second-frozen',
      'second on the UPS node is frozen on battery: the UPS is commanded before the lease expires',
      secondFrozen,
    ),
    does('link-cut-low', 'the network cable of one node is pulled at low battery', linkCutAtLowBattery),
    does('link-cut-early', 'the network cable of one node is pulled before low battery', linkCutOnBattery),
    does('mains-back', 'mains power returns while the nodes power off', mainsBack),
    does('blip', 'mains power is away for 25 s', blip),
    does('exercise', 'a person sets FSD on mains power', exercise),
    does('exercise-runbook', 'the same by the command of hosts/RUNBOOK.md', exerciseByRunbook),
    does('not-armed', 'power.armed is false: low battery powers nothing off and cuts nothing', notArmed),
    does(
      'not-armed-fsd',
      'the same, and a person sets FSD: it is cleared, and has to stay without what clears it',
      notArmedFsd,
    ),
    does('notify', 'an outage without a network: the messages by ntfy and mail arrive afterwards', notify),
    does('notify-frozen', 'low battery while the receivers hang and the senders are frozen', notifyFrozen),
    does(
      'control-notify-memory',
      'the queue of messages in memory: nothing of the outage has to arrive',
      controlNotifyInMemory,
    ),
    does('rehearsal', 'the command rehearse watches low battery, and measures each node', rehearsal),
    does('rehearsal-not-armed', 'the same while power.armed is false: every node stays on', rehearsalNotArmed),
    does(
      'rehearsal-blind',
      'the same on a computer without network during the outage: times are unknown',
      rehearsalBlind,
    ),
    does(
      'control-rehearsal',
      'the same with a node that is cut while it runs: rehearse has to report it',
      controlRehearsal,
    ),
    does('mute', 'the UPS stops answering while on battery', muteUps),
    does('mute-late', 'the UPS stops answering when the first node is committed', muteAtCommit),
    does('upsd-restarted', 'upsd and its driver restart on battery, low battery later', upsdRestarted),
    does('wrong-password', 'one node has an old password at low battery', wrongPassword),
    does('driver-frozen', 'the driver hangs on line and on battery, low battery later', driverFrozen),
    does('upsd-frozen', 'upsd hangs on battery, low battery later', upsdFrozen),
    does('run-full', 'the power-off directory of every node is full before the outage', runFull),
    does('secret-replaced', 'the Secret changes while the pods run, low battery later', secretReplaced),
    does('secret-at-low-battery', 'the Secret changes on battery, at the moment of low battery', secretAtLowBattery),
    does('early-on-battery', 'early shutdown after 10 s on battery', earlyOnBattery),
    does('early-runtime', 'early shutdown below a battery runtime', earlyRuntime),
    does(
      'early-primary-frozen',
      'the same while the primary is frozen and the UPS does not report its command',
      earlyPrimaryFrozen,
    ),
    does(
      'early-one-of-two',
      'one of two UPSes at a node reaches the limit: the node stays up on the other',
      earlyOneOfTwo,
    ),
    does('snmp-apc', 'a UPS with an APC network card: low battery, mains power returns', snmpApc),
    does('snmp-cards', 'what snmp-ups writes to a card of each MIB', snmpCards),
    does('words', 'after on battery: OL OFF, BYPASS, WAIT, and one bad reading of the charge', words),
    does(
      'countdown',
      'shutdown.return on battery, again, and shutdown.stop on line: what each driver makes of it',
      countdown,
    ),
    does('preflight', 'preflight reports before a failure: no killpowerd, no agent', preflight),
    does('preflight-delays', 'preflight reports that the driver has another offdelay and ondelay', preflightDelays),
    ...controls,
    does(
      'control-one-caller',
      'only one container commands the UPS and is frozen: the nodes have to stay off',
      controlOneCaller,
    ),
    does(
      'control-ups-first',
      'the UPS first, the node second: with a silent UPS the node with the cable has to stay on',
      controlUpsFirst,
    ),
    does('control-fixed-delay', 'fixed-delay without that field', controlFixedDelay),
    does('control-snmp-apc', 'snmp-apc with offdelay not multiplied', controlSnmpApc),
    does(
      'notes-mute',
      'the configuration of the notes and a UPS that stops answering: the primary has to keep running',
      notesMute,
    ),
    does(
      'notes-killed',
      'the same, and the pod of the primary is killed after the flags of the secondaries',
      notesKilled,
    ),
    does('notes-healthy', 'the same without a fault, which has to pass', notesHealthy),
  ],
};
