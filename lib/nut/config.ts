import * as kplus from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { readProjectFile } from '../project-file';
import { checkUpsName, type UpsSection, upsConf, upsdConf, upsdUsers, upsmonConf } from './conf';

/** A UPS and the node its cable goes to. */
export interface CabledUps extends UpsSection {
  /** Name of the Kubernetes node. */
  readonly node: string;
  /** Addresses of that node as IP literals, IPv6 in brackets; upsd listens there and the secondaries call the first. */
  readonly addresses: readonly [string, ...string[]];
}

/** A node and the UPS that feeds it. */
export interface FedNode {
  /** Name of the Kubernetes node. */
  readonly name: string;
  /** Name of the UPS. */
  readonly ups: string;
}

export interface NutConfigProps {
  readonly upses: readonly CabledUps[];
  readonly fedNodes: readonly FedNode[];
  /** Port of upsd. @default 3493 */
  readonly port?: number;
}

/** Where the pods find things. */
export const PATHS = {
  config: '/config',
  scripts: '/scripts',
  secret: '/secret',
  etc: '/etc/nut',
  state: '/var/run/nut',
  killpower: '/killpower',
  usb: '/dev/bus/usb',
} as const;

const SCRIPTS = ['upsd.sh', 'upsmon.sh', 'power-off.sh'] as const;

/**
 * The files of both roles, none of them secret: NUT's configuration with a key for each node and file, and the scripts.
 * Passwords are placeholders that the entrypoints fill in from the Secret.
 *
 * Throws an Error for a UPS name NUT would not take, a name used twice, or a node fed by a UPS that is not there.
 */
export class NutConfig extends Construct {
  readonly configuration: kplus.ConfigMap;
  readonly scripts: kplus.ConfigMap;
  /** Both as name and text, for the checksum of the pods that read them. */
  readonly files: Readonly<Record<string, string>>;
  /** Port of upsd. */
  readonly port: number;

  constructor(scope: Construct, id: string, props: NutConfigProps) {
    super(scope, id);
    this.port = props.port ?? 3493;
    const configuration = configurationFiles(props.upses, props.fedNodes, this.port);
    const scripts = Object.fromEntries(SCRIPTS.map((name) => [name, readProjectFile(`lib/nut/scripts/${name}`)]));
    // Flux replaces variables in what it applies, and takes those of a script for its own
    const annotations = { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' };
    this.configuration = new kplus.ConfigMap(this, 'Configuration', {
      metadata: { name: 'nut-config' },
      data: configuration,
    });
    this.scripts = new kplus.ConfigMap(this, 'Scripts', {
      metadata: { name: 'nut-scripts', annotations },
      data: scripts,
    });
    this.files = { ...configuration, ...scripts };
  }
}

function configurationFiles(upses: readonly CabledUps[], fedNodes: readonly FedNode[], port: number) {
  for (const { name } of upses) checkUpsName(name);
  const repeated = upses.find(({ name }, i) => upses.findIndex((other) => other.name === name) !== i);
  if (repeated) throw new Error(`two UPSes are named "${repeated.name}"; give each its own name`);

  const files: Record<string, string> = { 'upsd.users': upsdUsers() };
  for (const { node, addresses } of upses) {
    files[`${node}.ups.conf`] = upsConf(upses.filter((ups) => ups.node === node));
    files[`${node}.upsd.conf`] = upsdConf(['127.0.0.1', ...addresses], port);
  }
  for (const { name, ups: upsName } of fedNodes) {
    const ups = upses.find((candidate) => candidate.name === upsName);
    if (!ups)
      throw new Error(
        `node ${name} is fed by "${upsName}", which is no UPS here; name one of ${upses.map((u) => u.name).join(', ')}`,
      );
    const role = ups.node === name ? 'primary' : 'secondary';
    files[`${name}.${role}.upsmon.conf`] = upsmonConf({
      role,
      upsName,
      host: role === 'primary' ? '127.0.0.1' : ups.addresses[0],
      port,
      shutdownCommand: `${PATHS.scripts}/power-off.sh`,
    });
  }
  return files;
}
