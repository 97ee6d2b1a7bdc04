import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { readProjectFile } from '../files';
import { nutFiles } from './files';
import type { NutModel } from './model';

/** Paths in the pods. */
export const PATHS = {
  config: '/config',
  scripts: '/scripts',
  secret: '/secret',
  tls: '/tls',
  etc: '/etc/nut',
  state: '/var/run/nut',
  killpower: '/killpower',
  usb: '/dev/bus/usb',
  notify: '/notify',
  queue: '/queue',
  systemBus: '/run/dbus/system_bus_socket',
} as const;

const SCRIPTS = [
  'commit.sh',
  'common.sh',
  'declare.sh',
  'early-reached.sh',
  'early.sh',
  'fill.sh',
  'lease.sh',
  'logind.sh',
  'notify.sh',
  'preflight.sh',
  'ready.sh',
  'second.sh',
  'shutdown.sh',
  'trust.sh',
  'upsd.sh',
  'upsmon.sh',
  'wake.sh',
] as const;

/** Of the pods nut-notify. */
const NOTIFY_SCRIPTS = ['message.sh', 'notifier.sh', 'send.sh'] as const;

/** The ConfigMaps of all pods: NUT's configuration per node, and the scripts. Passwords are placeholders. */
export class NutConfig extends Construct {
  readonly configuration: kplus.ConfigMap;
  readonly scripts: kplus.ConfigMap;
  /** All files, for the checksum of the pods. */
  readonly files: Readonly<Record<string, string>>;

  constructor(
    scope: Construct,
    id: string,
    readonly model: NutModel,
  ) {
    super(scope, id);
    const configuration = nutFiles(model);
    const names = model.notify ? [...SCRIPTS, ...NOTIFY_SCRIPTS] : SCRIPTS;
    const scripts = Object.fromEntries(names.map((name) => [name, readProjectFile(`lib/nut/scripts/${name}`)]));
    // Flux would substitute the variables of scripts, and a dollar in a driver option
    const annotations = { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' };
    this.configuration = new kplus.ConfigMap(this, 'Configuration', {
      metadata: { name: 'nut-config', annotations },
      data: configuration,
    });
    this.scripts = new kplus.ConfigMap(this, 'Scripts', {
      metadata: { name: 'nut-scripts', annotations },
      data: scripts,
    });
    this.files = { ...configuration, ...scripts };
  }

  /** Both as volumes of a pod. */
  volumes(scope: Construct): { readonly config: kplus.Volume; readonly scripts: kplus.Volume } {
    return {
      config: kplus.Volume.fromConfigMap(scope, 'ConfigVolume', this.configuration, {
        name: 'config',
        defaultMode: 0o444,
      }),
      scripts: kplus.Volume.fromConfigMap(scope, 'ScriptsVolume', this.scripts, {
        name: 'scripts',
        defaultMode: 0o555,
      }),
    };
  }
}
