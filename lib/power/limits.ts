import type { Cluster, Ups } from '../cluster';
import { urlHost } from '../network';
import { type RunbookSection, table } from '../text';
import { losesOneSupplyTooMany, wakeSecondsOf } from './plan';

/** Cells of the table: what fails, what happens, what a person does. */
type Row = readonly [failure: string, result: string, action: string];

/**
 * The failures that software cannot handle, with what a person does. How the pods take a UPS whose server stops responding: on battery
 * the dead-man timer is not renewed and upsmon waits DEADTIME; a UPS last seen on line, or never, powers no node off.
 */
export function limits(cluster: Cluster): RunbookSection {
  const wakeSeconds = wakeSecondsOf(cluster);
  const hasUpsNode = cluster.ups.some(({ node }) => node !== undefined);
  const served = cluster.ups.flatMap(({ name, server }) => (server ? [{ name, server }] : []));
  const stranding = [noAnswer(wakeSeconds), ...(hasUpsNode ? [UPS_NODE_FAILS] : []), ...served.map(serverFails)];
  const clients = cluster.ups.flatMap((ups) => ups.clients.map(({ name }) => name));
  const outlived = cluster.nodes.filter(losesOneSupplyTooMany).map(({ name }) => name);
  const informed = [
    ...(hasUpsNode ? ['the UPS node'] : []),
    ...(served.length > 0 ? ['the host that serves the UPS'] : []),
  ];
  return {
    title: 'Limits',
    paragraphs: [
      'Nodes halt cleanly except where a row says **Not clean**.',
      table(
        ['failure', 'result', 'action'],
        [
          ...stranding,
          ...(hasUpsNode ? [UPS_NODE_HAS_FAILED] : []),
          ...served.map(serverHasFailed),
          [
            'The network switch is not on a UPS',
            `**Not clean.** Only ${informed.join(' or ')} detects the power failure`,
            'In advance: power the switch from the UPS',
          ],
          ...cluster.nodes.flatMap(({ name, shed }) =>
            shed && wakeSeconds !== undefined ? [shedWakes(name, wakeSeconds)] : [],
          ),
          ...outlived.map((name) => oneSupplyTooFew(name, wakeSeconds)),
          [
            'A node has no wake-up clock (`cat /sys/class/rtc/rtc*/wakealarm` fails)',
            `It stays off in the first ${stranding.length === 2 ? 'two' : stranding.length} cases${outlived.length > 0 ? `, and ${outlived.join(' and ')} when one UPS is enough to power it off` : ''}`,
            'Press the power button, or switch the UPS output off and on. Another node wakes it if the node with the UPS cable is up and wake-on-LAN is on in its firmware',
          ],
          ...(clients.length > 0 ? [clientFails(clients.join(' or '))] : []),
          [
            'The battery is worn and ends early',
            '**Not clean** for nodes that are still halting',
            '[Replace it](#replace-the-battery). If etcd of one server is damaged, delete the node and let it join again; if that of all is, restore a snapshot',
          ],
        ],
      ),
    ],
  };
}

const AS_ABOVE = 'As in the first row';

const noAnswer = (wakeSeconds: number | undefined): Row => [
  'The UPS stops responding on battery',
  'The nodes power off, and the UPS does not cut its output. If mains power returns before the battery is empty, the nodes stay off',
  wakeSeconds === undefined
    ? 'Press the power button of every node, or switch the UPS output off and on'
    : `The nodes wake by their clocks after ${wakeSeconds} s. If mains power is still out then, unplug them first: **not clean**, because nothing reads the battery`,
];

const UPS_NODE_FAILS: Row = [
  'The UPS node fails on battery before it commands the UPS',
  'The other nodes power off by DEADTIME or by their dead-man timer. The UPS does not cut its output',
  AS_ABOVE,
];

const UPS_NODE_HAS_FAILED: Row = [
  'The UPS node has failed before mains power fails',
  '**Not clean.** The other nodes detect nothing and run until the battery is empty',
  'In advance: treat an unready nut-primary pod as an outage. Connect the cable to another node on this UPS, change `ups[].node`, synth and apply',
];

const clientFails = (names: string): Row => [
  `${names} hangs in its halt, or is not logged in to upsd`,
  '**Not clean.** Nothing forces it off',
  'In advance: measure its halt budget, and read the log of `second` on the UPS node',
];

interface Served {
  readonly name: string;
  readonly server: NonNullable<Ups['server']>;
}

const serverFails = ({ name, server: { address } }: Served): Row => [
  `${address.text}, its upsd or the network to it fails while ${name} is on battery`,
  `Every node that needs ${name} powers off by DEADTIME or by its dead-man timer. If ${address.text} has not commanded ${name}, its output is not cut`,
  AS_ABOVE,
];

const serverHasFailed = ({ name, server: { address, port } }: Served): Row => [
  `${address.text}, its upsd or the network to it has failed before mains power fails`,
  `**Not clean.** The status of ${name} is unknown, so no node powers off because of it. The nodes run until the battery is empty or ${address.text} cuts the output`,
  `In advance: treat a pod whose container \`second\` is not ready as an outage; its log says \`no data from ${name}@${urlHost(address)}:${port}\`. Restore that upsd. Or connect the cable to a node on ${name}, replace \`server\` by \`node\` and \`driver\`, synth and apply`,
];

const shedWakes = (name: string, wakeSeconds: number): Row => [
  `${name} was shed, and its clock starts it ${wakeSeconds} s later while the others shut down`,
  `**Not clean** for ${name} if upsd is off already when its pods start`,
  'In advance: turn on wake-on-LAN in its firmware, and set `power.rtcWakeSeconds` longer than your outages',
];

const oneSupplyTooFew = (name: string, wakeSeconds: number | undefined): Row => [
  `One of the UPSes of ${name} cuts its output while another still feeds it`,
  `It powers off. It has never lost power when the first UPS restores its output, so its firmware does not start it`,
  wakeSeconds === undefined
    ? 'Press its power button'
    : `It wakes by its clock after ${wakeSeconds} s, and powers off again until that UPS is back`,
];
