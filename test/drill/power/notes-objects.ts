import { stringify } from 'yaml';
import { primary } from '../../../lib/cluster/queries';
import type { Cluster, Ups } from '../../../lib/cluster/schema';
import type { Watcher } from '../host-props';

/**
 * The UPS configuration of the notes "howto-k3os-baremetal", from which this project started, as objects that the drill can run. The
 * files are verbatim, except for the driver (the emulator's) and the name of the primary's Service (its address). The commands do what
 * the entrypoint of the notes' image did.
 */
export function notesObjects(cluster: Cluster): string {
  const [ups] = cluster.ups;
  const cabled = cluster.nodes.find(({ name }) => name === ups?.node);
  if (!ups || !cabled) throw new Error('the site has no UPS; the configuration of the notes needs one');
  const objects = [
    configMap('notes-primary', {
      'nut.conf': 'MODE=netserver\n',
      'upsd.conf': 'LISTEN 0.0.0.0\n',
      'ups.conf': upsConf(ups),
      'upsd.users': UPSD_USERS,
      'upsmon.conf': `MONITOR ${ups.name}@localhost 1 monmaster secret master\nSHUTDOWNCMD "${PRIMARY_SHUTDOWN}"\n`,
    }),
    configMap('notes-secondary', {
      'nut.conf': 'MODE=netclient\nALLOW_NO_DEVICE=true\nexport ALLOW_NO_DEVICE\n',
      'dummy-ups.dev': '#nothing\n',
      'upsmon.conf': `MONITOR ${ups.name}@${primary(cabled.address).text}:3493 1 monslave secret slave\nSHUTDOWNCMD "touch /killpower/killpower" \n`,
    }),
    daemonSet('notes-primary', 'Exists', PRIMARY_ENTRYPOINT),
    daemonSet('notes-secondary', 'DoesNotExist', SECONDARY_ENTRYPOINT),
  ];
  return objects.map((object) => stringify(object)).join('---\n');
}

/** The loop that the notes run on each node, without its log, and with the power-off command of the drill. */
export const NOTES_WATCHER: Watcher = {
  script: `mark=$1/killpower
if test -f "$mark"; then rm "$mark"; fi
while :; do
  if test -f "$mark"; then
    "$KILLPOWERD_POWEROFF" &
    break
  fi
  sleep 3
done`,
  argumentsFor: (folder) => [folder],
};

const PRIMARY_SHUTDOWN = '`/usr/local/ups/sbin/upsdrvctl -u root shutdown && touch /killpower/killpower`';

const UPSD_USERS = `[monmaster]
  actions = SET
  instcmds = ALL
  password  = secret
  upsmon master
[monslave]
  password  = secret
  upsmon slave
`;

// NUT was in /usr/local/ups of the image
const PRIMARY_ENTRYPOINT = `mkdir -p /usr/local/ups && ln -s /usr/sbin /usr/local/ups/sbin
upsdrvctl -u root start
(sleep 10; upsmon -u root) &
exec upsd -u root -D`;

const SECONDARY_ENTRYPOINT = `(sleep 10; upsmon -u root) &
exec sleep infinity`;

const upsConf = ({ name, driver, port, options }: Ups): string => {
  const more = Object.entries(options).map(([key, value]) => (value === true ? key : `${key} = ${value}`));
  const lines = [`driver = ${driver}`, `port = ${port}`, 'desc = "apc on usb"', ...more];
  return `[${name}]\n${lines.map((line) => `  ${line}\n`).join('')}`;
};

const configMap = (name: string, data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

const daemonSet = (name: string, operator: 'Exists' | 'DoesNotExist', script: string) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name },
  spec: {
    template: {
      spec: {
        hostNetwork: true,
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'ups-device', operator }] }],
            },
          },
        },
        containers: [
          {
            name: 'nut',
            image: 'cdeadspine/nut:test',
            command: ['sh', '-c', script],
            securityContext: { privileged: true },
            volumeMounts: [
              { name: 'config', mountPath: '/etc/nut' },
              { name: 'state', mountPath: '/var/run/nut' },
              { name: 'kp', mountPath: '/killpower' },
            ],
          },
        ],
        volumes: [
          { name: 'config', configMap: { name } },
          { name: 'state', emptyDir: {} },
          { name: 'kp', hostPath: { path: '/run/killpower', type: 'DirectoryOrCreate' } },
        ],
      },
    },
  },
});
