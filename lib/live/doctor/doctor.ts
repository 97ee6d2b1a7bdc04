import type { Cluster } from '../../cluster';
import { VIP_LEASE } from '../../kube-vip';
import { endpointsOf, readCredentials } from '../../machines';
import { type Connection, type ConnectionOptions, connectTo } from '../connection';
import { ApplyError } from '../kubectl';
import { lastPowerOffArguments, NUT_PODS, outputOf, upscArguments } from '../nut-exec';
import { linesOf } from '../problems';
import { podsOf } from '../reasons';
import { type Rehearsals, rehearsalRow } from '../rehearsal/result';
import type { SshOptions } from '../ssh';
import { imageRows, type Lease, vipRow, type Workload } from './cluster-rows';
import { hostRows } from './hosts';
import { probe } from './probe';
import {
  armedRows,
  bad,
  endpointRow,
  good,
  type KubeNode,
  nodeRows,
  nutRows,
  powerOffRow,
  type Row,
  type Snapshot,
  snapshotRows,
  upsRow,
} from './rows';

export interface DoctorOptions extends ConnectionOptions {
  /** How to log in to the hosts. @default - their preflight is left out */
  readonly ssh?: SshOptions;
  /** The last rehearsal of each UPS. @default - none is reported */
  readonly rehearsals?: Rehearsals;
}

/**
 * The state of a site: the API servers, the nodes, snapshots, NUT and the UPSes. Nothing is changed. Rows that need kubectl are left out
 * if it cannot connect.
 */
export async function doctor(cluster: Cluster, options: DoctorOptions, now: Date): Promise<Row[]> {
  const hosts = options.ssh === undefined ? [] : hostRows(cluster, options.ssh);
  const endpoints = endpointsOf(cluster);
  const answers = await Promise.all(endpoints.map(({ server }) => probe(server)));
  const rows = endpoints.map(({ name, server }, i) =>
    endpointRow(`API ${name}, ${server}`, answers[i] ?? { problem: 'was not asked' }, now),
  );
  const { rehearsals } = options;
  const local = [
    ...armedRows(cluster),
    ...(rehearsals ? cluster.ups.map((ups) => rehearsalRow(cluster, ups, rehearsals[ups.name], now)) : []),
  ];
  const connection = await connectTo(options).catch((error: unknown) => {
    if (!(error instanceof ApplyError)) throw error;
    return error;
  });
  if (connection instanceof ApplyError) {
    return [
      ...hosts,
      ...rows,
      ...local,
      bad('kubectl', connection.message, 'without it, nodes, snapshots, NUT and UPSes are not checked'),
    ];
  }
  return [...hosts, ...rows, ...local, ...(await new Examination(cluster, connection, now).rows())];
}

/** Time for a command in a pod. */
const EXEC_MS = 5000;

/** What kubectl can tell. */
class Examination {
  constructor(
    private readonly cluster: Cluster,
    private readonly connection: Connection,
    private readonly now: Date,
  ) {}

  async rows(): Promise<Row[]> {
    return [
      await this.credentials(),
      ...(this.cluster.controlPlane.provider === 'kube-vip' ? [await this.holder()] : []),
      ...(await this.listed<KubeNode>('nodes', ['nodes'], (nodes) => nodeRows(this.cluster, nodes))),
      ...(await this.listed<Workload>('images', ['daemonsets,deployments', '--all-namespaces'], (workloads) =>
        imageRows(this.cluster, workloads),
      )),
      ...(await this.listed<Snapshot>('etcd snapshots', ['etcdsnapshotfiles.k3s.cattle.io'], (snapshots) =>
        snapshotRows(this.cluster, snapshots, this.now),
      )),
      ...(this.cluster.ups.length > 0 ? await this.nut() : []),
    ];
  }

  private async credentials(): Promise<Row> {
    const { stdout } = await this.run('config', 'view', '--raw', '--minify', '--flatten');
    const checked = readCredentials(stdout, this.now);
    const subject = 'kubeconfig';
    if (!('credentials' in checked)) return bad(subject, 'has no valid credentials', checked.problems.join('; '));
    const found = `credentials until ${checked.validUntil.toISOString().slice(0, 10)}`;
    return checked.warnings.length > 0 ? bad(subject, found, checked.warnings.join('; ')) : good(subject, found);
  }

  private async holder(): Promise<Row> {
    const args = ['--namespace=kube-system', 'get', 'lease', VIP_LEASE, '--ignore-not-found', '--output=json'];
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) return unreadable('VIP holder', stderr);
    return vipRow(this.cluster, stdout === '' ? undefined : (JSON.parse(stdout) as Lease), this.now);
  }

  private async nut(): Promise<Row[]> {
    const pods = await this.run(...NUT_PODS);
    const events = await this.run('--namespace=nut', 'get', 'events', '--field-selector=type=Warning', '--output=json');
    if (pods.code !== 0 || events.code !== 0) return [unreadable('NUT', pods.code === 0 ? events.stderr : pods.stderr)];
    const all = podsOf({ pods: pods.stdout, events: events.stdout });
    const upses: Row[] = [];
    for (const ups of this.cluster.ups) {
      upses.push(upsRow(ups, await this.output(upscArguments(this.cluster, ups, all)), this.now));
    }
    const powerOffs: Row[] = [];
    if (this.cluster.power.actuator === 'killpowerd') {
      for (const { name } of this.cluster.nodes.filter((node) => node.ups.length > 0)) {
        powerOffs.push(powerOffRow(name, await this.output(lastPowerOffArguments(name, all))));
      }
    }
    return [...nutRows(this.cluster, all), ...upses, ...powerOffs];
  }

  private output(args: readonly string[] | undefined): Promise<string | undefined> {
    return outputOf(this.connection.direct, args, EXEC_MS);
  }

  private async listed<T>(what: string, resource: readonly string[], rows: (items: readonly T[]) => Row[]) {
    const { code, stdout, stderr } = await this.run('get', ...resource, '--output=json');
    return code === 0
      ? rows((JSON.parse(stdout) as { readonly items: readonly T[] }).items)
      : [unreadable(what, stderr)];
  }

  private run(...args: readonly string[]) {
    return this.connection.kubectl.run({
      doing: 'examining the cluster',
      undone: 'could not examine the cluster',
      args: () => args,
    });
  }
}

const unreadable = (subject: string, stderr: string): Row =>
  bad(subject, linesOf(stderr).at(-1) ?? 'cannot be read', 'use the credentials of k3s.yaml on a cluster of k3s');
