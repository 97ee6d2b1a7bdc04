import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { HostDaemonSet, hostContainer } from '../kube';
import { NUT_IMAGE } from '../releases';
import { PATHS } from './config';
import { lines, systemOf } from './files';
import type { MaybeSecret, Notify, NutModel, Receiver } from './model';
import { HOST_NAME_LABEL, memoryVolume, type NutPodsProps, SMALL, scriptEnvironment, secretVolume } from './pods';

/** Fields of a receiver that the Secret may hold. */
const FIELDS = ['url', 'token'] as const;

/** The fields of a receiver that the Secret holds. */
export const secretFields = (receiver: Receiver): (typeof FIELDS)[number][] =>
  FIELDS.filter((field) => typeof receiver[field] === 'object');

/** Secret key of a field of a receiver. */
export const receiverKey = ({ name }: Receiver, field: (typeof FIELDS)[number]): string => `notify-${name}-${field}`;

/**
 * The files of nut-notify, without secrets.
 *
 * - `site`: its name
 * - `receivers`: a line `name type url token user from to,to` each; `secret` stands for a value of the Secret, `-` for none
 * - `<node>.upses`: the UPSes that a node reports, a line `ups@host:port sender` each; `second` where it only reports that upsd is away
 */
export function notifyFiles(model: NutModel, { site, receivers }: Notify): Record<string, string> {
  return {
    site: `${site}\n`,
    receivers: lines(
      receivers.map(({ name, type, url, token, user = '-', from = '-', to = ['-'] }) => [
        name,
        type,
        shown(url),
        shown(token),
        user,
        from,
        to.join(','),
      ]),
    ),
    ...Object.fromEntries(model.nodes.map(({ name }) => [`${name}.upses`, lines(rowsOf(model, name))])),
  };
}

const shown = (value: MaybeSecret | undefined): string => (typeof value === 'object' ? 'secret' : (value ?? '-'));

/**
 * A UPS is reported by the node with its cable, so each event is reported once; without a cable at a node, by the first node that it
 * feeds. The next node reports that this one does not answer.
 */
function rowsOf(model: NutModel, name: string): string[][] {
  const node = model.nodes.find((candidate) => candidate.name === name);
  return [...model.cabled, ...model.served].flatMap((ups) => {
    const fed = model.nodes.filter(({ feeds }) => feeds.some((feed) => feed.ups === ups.name)).map((one) => one.name);
    const sender = 'node' in ups ? ups.node : fed[0];
    const second = 'node' in ups ? fed.find((one) => one !== sender) : undefined;
    const role = name === sender ? 'sender' : name === second ? 'second' : undefined;
    return node && role ? [[systemOf(model, node, ups.name), role]] : [];
  });
}

/** Where messages wait on a node: on its disk, kept like the data of k3s. */
const QUEUE = '/var/lib/rancher/power-notify';

/**
 * Sends messages about power failures, from pods of their own: nothing of the others waits for a disk or a network, and neither a missing
 * key of the Secret nor an image without curl keeps them from starting.
 */
export class NutNotify extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: NutPodsProps & { readonly notify: Notify; readonly unfedNodes?: readonly string[] },
  ) {
    super(scope, id);
    const { config, notify, image = NUT_IMAGE, unfedNodes = [] } = props;
    const files = notifyFiles(config.model, notify);
    const name = 'nut-notify';
    const daemonSet = new HostDaemonSet(this, 'DaemonSet', {
      name,
      image,
      labels: { 'app.kubernetes.io/part-of': 'nut', 'app.kubernetes.io/component': 'notify' },
      nodes: [
        kplus.Node.labeled(
          unfedNodes.length > 0
            ? kplus.NodeLabelQuery.notIn(HOST_NAME_LABEL, [...unfedNodes])
            : kplus.NodeLabelQuery.exists(HOST_NAME_LABEL),
        ),
      ],
      configuration: { ...config.files, ...files },
      maxUnavailable: '100%',
    });
    const container = daemonSet.addContainer(
      hostContainer({
        name: 'notify',
        image,
        command: [`${PATHS.scripts}/notifier.sh`],
        env: scriptEnvironment('notify'),
        ...SMALL,
      }),
    );
    const configMap = new kplus.ConfigMap(this, 'Configuration', { metadata: { name }, data: files });
    const keys = notify.receivers.flatMap((receiver) =>
      secretFields(receiver).map((field) => receiverKey(receiver, field)),
    );
    const { config: configVolume, scripts } = config.volumes(this);
    container.mount(PATHS.config, configVolume);
    container.mount(PATHS.scripts, scripts);
    container.mount(
      PATHS.notify,
      kplus.Volume.fromConfigMap(this, 'NotifyVolume', configMap, { name: 'notify', defaultMode: 0o444 }),
    );
    if (keys.length > 0)
      container.mount(PATHS.secret, secretVolume(this, 'Secret', 'secret', props.secret, keys, true));
    container.mount(PATHS.state, memoryVolume(this, 'State', 'state-notify'));
    const path = props.killpowerPath ?? '/run/killpower';
    const type = kplus.HostPathVolumeType.DIRECTORY_OR_CREATE;
    container.mount(PATHS.killpower, kplus.Volume.fromHostPath(this, 'Killpower', 'killpower', { path, type }), {
      readOnly: true,
    });
    container.mount(PATHS.queue, kplus.Volume.fromHostPath(this, 'Queue', 'queue', { path: QUEUE, type }));
  }
}
