import { z } from 'zod';
import * as format from './formats';

const upsServer = z.strictObject({
  address: format.address.describe('Address of the machine that runs upsd, such as a NAS.'),
  port: format.portNumber.default(3493).describe('Port of its upsd.'),
  user: format.nutUser
    .default('monuser')
    .describe('User that may monitor. Its password is the key `server-<name of the UPS>` of the Secret.'),
  cutDelaySeconds: format.seconds.describe(
    'Seconds from the shutdown it declares (FSD) to the moment the load is cut, as set there. Every machine has to be down by then.',
  ),
  tls: z
    .boolean()
    .default(false)
    .describe('Its upsd speaks TLS, with a certificate of the authority in power.tlsSecret.'),
});

/** A password, which dist/ must not hold. */
const fromSecret = z.strictObject({
  secret: z.literal(true).describe('true: the value is in the Secret, under `driver-<name of the UPS>-<option>`.'),
});

/** A UPS with the cable at a node, or served by a machine outside. */
export const ups = z.strictObject({
  name: format.upsName.describe('Name of the UPS in NUT, and value of the label ups-device.'),
  driver: format.driverName
    .optional()
    .describe(
      'NUT driver, from https://networkupstools.org/stable-hcl.html. Not for a UPS that another machine serves.',
    ),
  port: format.devicePort
    .default('auto')
    .describe('auto for USB, a device path for serial, an address for network drivers.'),
  description: format.ascii.default('').describe('What people call it: desc in ups.conf.'),
  node: z
    .string()
    .optional()
    .describe('Name of the node its USB or serial cable goes to, or that talks to it over the network.'),
  server: upsServer
    .optional()
    .describe('Instead of node: the machine outside the cluster that serves this UPS, such as a NAS.'),
  options: z
    .record(format.driverOption, z.union([format.ascii, z.number(), z.literal(true), fromSecret]))
    .default({})
    .describe(
      'Further lines of the ups.conf section; true for a flag without value, { secret: true } for a password that `npm run secret:nut` takes.',
    ),
  delayStepSeconds: format.seconds
    .optional()
    .describe(
      "The UPS cuts its delays down to whole multiples of this: 60 for CyberPower. Default: that of the driver; 60 with usbhid-ups, unless options.vendorid is another maker's.",
    ),
  runtimeAtLowBatterySeconds: format.seconds
    .optional()
    .describe('Measured: how long the battery carries the load after the UPS has reported low battery.'),
  runtimeAtEarlyShutdownSeconds: format.seconds
    .optional()
    .describe('Measured: how long the battery carries the load after a limit of power.earlyShutdown is reached.'),
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
        .describe('For nodes with the cable of a UPS, whatever their role.'),
    })
    .prefault({})
    .describe(what);

/** When and in which order the machines power off. */
export const power = z.strictObject({
  actuator: z
    .enum(['killpowerd', 'logind'])
    .default('killpowerd')
    .describe(
      'What powers a machine off. killpowerd: a small script on the machine that enforces the deadline. logind: nothing on the machine; the pods ask systemd-logind over D-Bus, and nobody forces a machine that hangs.',
    ),
  // not 0 for agents: every container looks each pollOnBatterySeconds, and the UPS is to have its command before anything halts
  stages: perRole(
    0,
    3,
    5,
    10,
    'Seconds from the commit to the power-off of a machine: agents first, the node with the UPS last.',
  ),
  haltBudget: perRole(1, 45, 60, 60, 'Seconds a machine may take to halt. killpowerd forces it off after that.'),
  pollSeconds: format.seconds.default(5).describe('Pause between two looks at the UPS on line: POLLFREQ.'),
  pollOnBatterySeconds: format.seconds.default(2).describe('Pause between two looks on battery: POLLFREQALERT.'),
  deadTimeSeconds: format.seconds
    .default(15)
    .describe('A UPS not heard of for so long on battery counts as low: DEADTIME.'),
  hostSyncSeconds: format.seconds
    .default(15)
    .describe('How long primary and secondaries wait for each other: HOSTSYNC.'),
  finalDelaySeconds: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Pause between the decision and the commit: FINALDELAY.'),
  leaseSeconds: format.seconds
    .default(20)
    .describe(
      'On battery, a machine that does not hear from the UPS for so long powers itself off: the dead-man lease.',
    ),
  marginSeconds: format.seconds.default(15).describe('Added to what is computed, for what nobody thought of.'),
  rtcWakeSeconds: z
    .number()
    .int()
    .min(0)
    .default(1800)
    .describe(
      'A machine that goes off sets its clock to wake it after so long, for the case that the UPS never cuts its load. 0: never.',
    ),
  earlyShutdown: z
    .strictObject({
      onBatterySeconds: format.seconds.optional().describe('Shut down after so long on battery.'),
      chargeBelowPercent: z
        .number()
        .int()
        .min(1)
        .max(99)
        .optional()
        .describe('Shut down when the charge falls below this.'),
      runtimeBelowSeconds: format.seconds.optional().describe('Shut down when the UPS expects to last less than this.'),
    })
    .optional()
    .describe('Do not wait for low battery. Whichever comes first.'),
  tlsSecret: format.objectName
    .optional()
    .describe('Secret in namespace nut with tls.crt, tls.key and ca.crt: upsd speaks TLS and upsmon insists on it.'),
  metrics: z
    .strictObject({
      prometheusRules: z
        .boolean()
        .default(false)
        .describe('Also emit a PrometheusRule with alerts, for the Prometheus operator.'),
    })
    .optional()
    .describe('Run nut_exporter beside the primary.'),
});
