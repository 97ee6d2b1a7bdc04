import { z } from 'zod';
import * as format from './formats';

const upsServer = z.strictObject({
  address: format.address.describe('Address of the host that runs upsd.'),
  port: format.portNumber.default(3493).describe('Port of its upsd.'),
  user: format.nutUser
    .default('monuser')
    .describe('User of its upsd that may monitor. The password is the key `server-<name of the UPS>` of the Secret.'),
  cutDelaySeconds: format.seconds.describe(
    'Time from its FSD to the cut of the output, as set on that host. All nodes must be off by then.',
  ),
  tls: z
    .boolean()
    .default(false)
    .describe('true: its upsd supports TLS, with a certificate of the CA in power.tlsSecret.'),
});

/** A password, which dist/ must not contain. */
const fromSecret = z.strictObject({
  secret: z.literal(true).describe('true: the value is in the Secret, under `driver-<name of the UPS>-<option>`.'),
});

/** A UPS with its cable at a node, or served by an outside host. */
export const ups = z.strictObject({
  name: format.upsName.describe('Name of the UPS in NUT, and value of the label ups-device.'),
  driver: format.driverName
    .optional()
    .describe('NUT driver, from https://networkupstools.org/stable-hcl.html. Required with node.'),
  port: format.devicePort
    .default('auto')
    .describe('auto for USB, a device path for serial, an IP address for network drivers.'),
  description: format.ascii.default('').describe('Description for people: desc in ups.conf.'),
  node: z
    .string()
    .optional()
    .describe(
      'Name of the node with its cable, or that runs its network driver. The UPS must feed this node. Default: node or server is required.',
    ),
  server: upsServer
    .optional()
    .describe('Outside host that serves this UPS, such as a NAS. Default: node or server is required.'),
  options: z
    .record(format.driverOption, z.union([format.ascii, z.number(), z.literal(true), fromSecret]))
    .default({})
    .describe(
      'More lines for its ups.conf section: text, number, or true for a flag. Quote IDs and serial numbers. offdelay and ondelay are computed unless set. { secret: true } is a password: `npm run secret:nut -- --driver-file NAME.OPTION=FILE`.',
    ),
  delayStepSeconds: format.seconds
    .optional()
    .describe(
      'The UPS rounds delays down to whole multiples of this: 60 for CyberPower. Default: that of the driver; 60 for usbhid-ups unless options.vendorid is of another vendor.',
    ),
  fixedCutDelaySeconds: format.seconds
    .optional()
    .describe(
      'The UPS ignores offdelay and always cuts its output after this time: 60 for some APC Back-UPS, 600 for some Powercom. All nodes must be off by then. Default: it takes offdelay.',
    ),
  runtimeAtLowBatterySeconds: format.seconds
    .optional()
    .describe('Measured battery runtime after low battery. Default: not measured.'),
  runtimeAtEarlyShutdownSeconds: format.seconds
    .optional()
    .describe('Measured battery runtime after a limit of power.earlyShutdown. Default: not measured.'),
});

const perRole = (least: number, agent: number, server: number, upsNode: number, what: string) =>
  z
    .strictObject({
      agentSeconds: z.number().int().min(least).default(agent).describe('For agents.'),
      serverSeconds: z.number().int().min(least).default(server).describe('For servers.'),
      upsNodeSeconds: z
        .number()
        .int()
        .min(least)
        .default(upsNode)
        .describe('For nodes with a UPS cable, of either role.'),
    })
    .prefault({})
    .describe(what);

/** When and in which order nodes power off. */
export const power = z.strictObject({
  actuator: z
    .enum(['killpowerd', 'logind'])
    .default('killpowerd')
    .describe(
      'What powers a node off. killpowerd: a script on the node, which enforces the deadline. logind: the pods ask systemd-logind by D-Bus. Nothing is installed, a node that hangs is not forced off, and images.nut must have dbus-send.',
    ),
  // not 0 for agents: containers poll each pollOnBatterySeconds, and the UPS must be commanded before a node halts
  stages: perRole(
    0,
    3,
    5,
    10,
    'Time from the commit to the power-off: agents first, nodes with a UPS cable last. With less than 3 s, a node may power off before its UPS is commanded.',
  ),
  haltBudget: perRole(1, 45, 60, 60, 'Time that a node may take to halt. killpowerd then powers it off by force.'),
  pollSeconds: format.seconds.default(5).describe('Poll interval of upsmon on line power: POLLFREQ.'),
  pollOnBatterySeconds: format.seconds.default(2).describe('Poll interval of upsmon on battery: POLLFREQALERT.'),
  deadTimeSeconds: format.seconds
    .default(15)
    .describe('Time without data on battery after which a UPS counts as low: DEADTIME.'),
  hostSyncSeconds: format.seconds
    .default(15)
    .describe('Time that primary and secondaries wait for each other: HOSTSYNC.'),
  finalDelaySeconds: z.number().int().min(0).default(0).describe('Time from the decision to the commit: FINALDELAY.'),
  leaseSeconds: format.seconds
    .default(20)
    .describe('Time without contact with upsd on battery after which a node powers itself off: the dead-man lease.'),
  marginSeconds: format.seconds.default(15).describe('Safety margin added to every computed time.'),
  rtcWakeSeconds: z
    .number()
    .int()
    .min(0)
    .default(1800)
    .describe('Time after power-off when the RTC wakes the node, in case the UPS does not cut its output. 0: never.'),
  earlyShutdown: z
    .strictObject({
      onBatterySeconds: format.seconds.optional().describe('Shuts down after this time on battery.'),
      chargeBelowPercent: z
        .number()
        .int()
        .min(1)
        .max(99)
        .optional()
        .describe('Shuts down below this charge, in percent.'),
      runtimeBelowSeconds: format.seconds.optional().describe('Shuts down below this runtime estimate of the UPS.'),
    })
    .optional()
    .describe('Limits that start the shutdown before low battery; the first that is reached counts.'),
  tlsSecret: format.objectName
    .optional()
    .describe(
      'Secret in namespace nut with tls.crt, tls.key and ca.crt. upsd then offers TLS, and upsmon requires it. Needs an images.nut with openssl. Default: no encryption.',
    ),
  metrics: z
    .strictObject({
      prometheusRules: z
        .boolean()
        .default(false)
        .describe('true: adds a PrometheusRule with alerts, for the Prometheus operator.'),
    })
    .optional()
    .describe('Runs nut_exporter beside the primary. Default: no exporter.'),
});
