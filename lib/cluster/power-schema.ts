import * as z from 'zod';
import * as format from './formats';

const upsServer = z.strictObject({
  address: format.address.describe('Address of the host.'),
  port: format.portNumber.default(3493).describe('Port of its upsd.'),
  user: format.nutUser
    .default('monuser')
    .describe('User of its upsd; password: key `server-<name of the UPS>` of the Secret.'),
  cutDelaySeconds: format.seconds.describe('Time from its FSD to the cut of the output, as set there.'),
  tls: z.boolean().default(false).describe('true: its upsd has a certificate of the CA in power.tlsSecret.'),
});

/** A password, which dist/ must not contain. */
const fromSecret = z.strictObject({
  secret: z.literal(true).describe('true: the value is in the Secret, under `driver-<name of the UPS>-<option>`.'),
});

const client = z.strictObject({
  name: format.dnsLabel.describe('Name of the host.'),
  address: format.address.describe('Address from which it connects to upsd.'),
  haltBudgetSeconds: format.seconds.describe('Time that it may take to halt, measured: nothing forces it off.'),
  system: z
    .enum(['nut', 'synology'])
    .default('nut')
    .describe('nut: it has an upsmon.conf. synology: requires the UPS name `ups`, port 3493 and the user monuser.'),
  user: format.nutUser
    .optional()
    .describe('Its user of upsd; password: key `client-<name>` of the Secret. Default: its name.'),
});

/** A UPS with its cable at a node, or served by an outside host. */
export const ups = z.strictObject({
  name: format.upsName.describe('Name of the UPS, and value of the label ups-device.'),
  driver: format.driverName
    .optional()
    .describe('NUT driver (https://networkupstools.org/stable-hcl.html). Required with node.'),
  port: format.devicePort.default('auto').describe('auto for USB, else a device path or an IP address.'),
  description: format.ascii.default('').describe('desc in ups.conf.'),
  node: z
    .string()
    .optional()
    .describe(
      'Name of the node with the cable or network driver. The UPS must feed it. Default: node or server is required.',
    ),
  server: upsServer
    .optional()
    .describe('Host that serves this UPS, such as a NAS. Default: node or server is required.'),
  clients: z
    .array(client)
    .default([])
    .describe(
      'Hosts outside the cluster that this UPS feeds, such as a NAS. They are secondaries of the upsd on the node.',
    ),
  options: z
    .record(format.driverOption, z.union([format.ascii, z.number(), z.literal(true), fromSecret]))
    .default({})
    .describe(
      'Lines of ups.conf: text, number, or true for a flag. Quote IDs and serial numbers. offdelay and ondelay are computed unless set. { secret: true } is a password: `npm run secret:nut -- --driver-file NAME.OPTION=FILE`.',
    ),
  delayStepSeconds: format.seconds
    .optional()
    .describe(
      'Step to which the UPS rounds delays down: 60 for CyberPower. Default: that of the driver; 60 for usbhid-ups without options.vendorid of another vendor.',
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
    .describe('Measured battery runtime after a limit of earlyShutdown. Default: not measured.'),
});

const perRole = (least: number, agent: number, server: number, upsNode: number, what: string) =>
  z
    .strictObject({
      agentSeconds: z.number().int().min(least).default(agent).describe('For agents.'),
      serverSeconds: z.number().int().min(least).default(server).describe('For servers.'),
      upsNodeSeconds: z.number().int().min(least).default(upsNode).describe('For nodes with a UPS cable.'),
    })
    .prefault({})
    .describe(what);

/** Limits of a UPS on battery; the first one reached counts. */
export const batteryLimits = z.strictObject({
  onBatterySeconds: format.seconds.optional().describe('Time on battery.'),
  chargeBelowPercent: z.number().int().min(1).max(99).optional().describe('Minimum charge, in percent.'),
  runtimeBelowSeconds: format.seconds.optional().describe('Minimum runtime estimate of the UPS.'),
});

const notifySecret = z.strictObject({
  secret: z.literal(true).describe('true: the value is in the Secret, under `notify-<name>-<field>`.'),
});

/** Who gets messages about power failures. */
const receiver = z.strictObject({
  name: format.dnsLabel.describe('Name of the receiver.'),
  type: z.enum(['ntfy', 'gotify', 'webhook', 'mail']).describe('ntfy, gotify, webhook (JSON by POST) or mail (SMTP).'),
  url: z
    .union([format.receiverUrl, notifySecret])
    .describe(
      'URL of the ntfy topic, the Gotify server, the webhook or the mail server (smtp://HOST:587, smtps://HOST:465). { secret: true } keeps it out of dist/: `npm run secret:nut -- --notify-file NAME.url=FILE`.',
    ),
  token: notifySecret
    .optional()
    .describe(
      '{ secret: true }: access token of ntfy, application token of Gotify, bearer token of the webhook, or password at the mail server: `npm run secret:nut -- --notify-file NAME.token=FILE`. Default: none.',
    ),
  user: format.mailUser.optional().describe('User at the mail server. Default: none.'),
  from: format.mailAddress.optional().describe('Sender of a mail. Default: required with mail.'),
  to: format.oneOrMore(format.mailAddress).optional().describe('Recipients of a mail. Default: required with mail.'),
});

/** When and in which order nodes power off. */
export const power = z.strictObject({
  armed: z
    .boolean()
    .default(true)
    .describe('false: no node is powered off and no UPS is commanded; the logs say what would have been done.'),
  actuator: z
    .enum(['killpowerd', 'logind'])
    .default('killpowerd')
    .describe(
      'What powers a node off: killpowerd, by force if necessary, or logind, whose images.nut must have dbus-send.',
    ),
  // not 0 for agents: containers poll each pollOnBatterySeconds, and the UPS must be commanded before a node halts
  stages: perRole(0, 3, 5, 10, 'Time from the commit to the power-off.'),
  haltBudget: perRole(1, 45, 60, 60, 'Time that a node may take to halt.'),
  pollSeconds: format.seconds.default(5).describe('Poll interval of upsmon on line (POLLFREQ).'),
  pollOnBatterySeconds: format.seconds.default(2).describe('Poll interval of upsmon on battery (POLLFREQALERT).'),
  deadTimeSeconds: format.seconds
    .default(15)
    .describe('Time without data on battery until a UPS counts as low (DEADTIME).'),
  hostSyncSeconds: format.seconds
    .default(15)
    .describe('Time that primary and secondaries wait for each other (HOSTSYNC).'),
  finalDelaySeconds: z.number().int().min(0).default(0).describe('Time from the decision to the commit (FINALDELAY).'),
  leaseSeconds: format.seconds.default(20).describe('Time without upsd on battery until a node powers itself off.'),
  marginSeconds: format.seconds.default(15).describe('Safety margin added to every computed time.'),
  rtcWakeSeconds: z
    .number()
    .int()
    .min(0)
    .default(900)
    .describe('Time after power-off when the RTC wakes a node that stayed off. 0: never.'),
  earlyShutdown: batteryLimits.optional().describe('Limits that start the shutdown before low battery.'),
  notify: z
    .array(receiver)
    .min(1)
    .optional()
    .describe(
      'Receivers of messages about power failures, hosts that are missing, and nodes that are not ready. Default: no messages.',
    ),
  tlsSecret: format.objectName
    .optional()
    .describe(
      'Secret in namespace nut with tls.crt, tls.key and ca.crt. upsmon then requires TLS; images.nut must have openssl. Default: no encryption.',
    ),
  metrics: z
    .strictObject({
      prometheusRules: z
        .boolean()
        .default(false)
        .describe('true: adds alerts for the Prometheus operator and a Grafana dashboard (docs/monitoring.md).'),
    })
    .optional()
    .describe('Runs nut_exporter beside the primary. Default: no exporter.'),
});
