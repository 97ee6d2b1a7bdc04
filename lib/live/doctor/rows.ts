import { type Cluster, quorumOf, serversOf, type Ups } from '../../cluster';
import { RENEWAL_DAYS, SNAPSHOT_HOURS } from '../../machines';
import type { PodState } from '../reasons';

/** One line of the table. */
export interface Row {
  /** Such as `server k3s-1`. */
  readonly subject: string;
  readonly isGood: boolean;
  /** What was found. */
  readonly found: string;
  /** What to do. Of a row that is not good. */
  readonly cure?: string;
}

export const good = (subject: string, found: string): Row => ({ subject, isGood: true, found });
export const bad = (subject: string, found: string, cure: string): Row => ({ subject, isGood: false, found, cure });

/** What is read of a Node: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/. */
export interface KubeNode {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo?: { readonly kubeletVersion?: string };
  };
}

/** What is read of an ETCDSnapshotFile of k3s: https://docs.k3s.io/cli/etcd-snapshot#using-the-etcdsnapshotfile-resource. */
export interface Snapshot {
  readonly spec?: { readonly nodeName?: string; readonly location?: string };
  readonly status?: { readonly readyToUse?: boolean; readonly creationTime?: string };
}

/** Whether an address of the API answered, and the last day of its certificate. */
export type Answer = { readonly validTo: Date } | { readonly problem: string };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const day = (time: Date): string => time.toISOString().slice(0, 10);

/** The answer of an endpoint and the end of its certificate. */
export function endpointRow(subject: string, answer: Answer, now: Date): Row {
  if ('problem' in answer) return bad(subject, answer.problem, 'see "kubectl cannot connect" in hosts/RUNBOOK.md');
  const { validTo } = answer;
  const found = `answers, certificate until ${day(validTo)}`;
  return validTo.getTime() - now.getTime() < RENEWAL_DAYS * DAY
    ? bad(subject, found, 'restart k3s on the server, which renews it: systemctl restart k3s')
    : good(subject, found);
}

/** Every node of the site, and the quorum of the servers. */
export function nodeRows(cluster: Cluster, nodes: readonly KubeNode[]): Row[] {
  const isReady = (name: string) =>
    nodes
      .find(({ metadata }) => metadata.name === name)
      ?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  const rows = cluster.nodes.map(({ name, role }): Row => {
    const subject = `${role} ${name}`;
    const ready = isReady(name);
    if (ready === undefined) return bad(subject, 'is not in the cluster', 'install and start it as in hosts/README.md');
    const node = nodes.find(({ metadata }) => metadata.name === name);
    const version = node?.status?.nodeInfo?.kubeletVersion ?? 'of unknown version';
    if (!ready)
      return bad(
        subject,
        'is not Ready',
        `start it, and see systemctl status k3s there; if its host is lost, npm run machines:replace -- ${name}`,
      );
    return version === cluster.versions.k3s
      ? good(subject, `is Ready, ${version}`)
      : bad(subject, `is Ready, ${version}`, `install ${cluster.versions.k3s}, which cluster.yaml names`);
  });
  const servers = serversOf(cluster);
  const ready = servers.filter(({ name }) => isReady(name)).length;
  const found = `${ready} of ${servers.length} servers are Ready, quorum is ${quorumOf(servers.length)}`;
  const quorum =
    ready === servers.length
      ? good('quorum', found)
      : bad('quorum', found, 'start the missing servers before another one fails');
  return [quorum, ...rows];
}

/** The newest etcd snapshot of each server. A snapshot is late after two intervals. */
export const snapshotRows = (cluster: Cluster, snapshots: readonly Snapshot[], now: Date): Row[] =>
  serversOf(cluster).map(({ name }) => {
    const subject = `etcd snapshot of ${name}`;
    const [newest] = snapshots
      .filter(({ spec, status }) => spec?.nodeName === name && status?.readyToUse !== false)
      .toSorted((a, b) => (b.status?.creationTime ?? '').localeCompare(a.status?.creationTime ?? ''));
    const time = newest?.status?.creationTime;
    const cure = `on ${name}: k3s etcd-snapshot save; journalctl -u k3s says why none is made`;
    if (time === undefined) return bad(subject, 'none', cure);
    const hours = Math.floor((now.getTime() - Date.parse(time)) / HOUR);
    const found = `${hours} h old, ${newest?.spec?.location ?? 'without a place'}`;
    return hours <= 2 * SNAPSHOT_HOURS ? good(subject, found) : bad(subject, found, cure);
  });

/** The NUT pod of every node that a UPS feeds. */
export const nutRows = (cluster: Cluster, pods: readonly PodState[]): Row[] =>
  cluster.nodes
    .filter(({ ups }) => ups.length > 0)
    .flatMap(({ name }) => {
      const here = pods.filter(({ node }) => node === name);
      const subject = `NUT on ${name}`;
      const rows = here.map((pod) =>
        pod.ready
          ? good(subject, `${pod.name} is ready`)
          : bad(
              subject,
              `${pod.name}: ${pod.reason ?? 'is not ready'}`,
              `correct what it says; until then ${isNotify(pod) ? 'it sends no messages' : 'this node may lose power while it runs'}`,
            ),
      );
      return here.every(isNotify)
        ? [
            bad(subject, 'has no pod', 'compare with npm run plan, and describe the DaemonSets in namespace nut'),
            ...rows,
          ]
        : rows;
    });

/** A pod that sends messages, and powers nothing off. */
const isNotify = ({ name }: PodState): boolean => name.startsWith('nut-notify');

/** Batteries last three to five years: hosts/RUNBOOK.md. */
const BATTERY_YEARS = 5;
/** An older date is one that the maker has never set, such as 2001/09/25. */
const NO_DATE_YEARS = 20;
const YEAR = 365.25 * DAY;

/** Years since a date as UPSes report it: 2025/01/31, 2025-01-31 or 01/31/25. */
function yearsSince(date: string, now: Date): number | undefined {
  const [, year, month, day] =
    /^(\d{4})[/-](\d\d?)[/-](\d\d?)$/.exec(date) ??
    (([, m, d, y = '']) => ['', `20${y.slice(-2)}`, m, d])(/^(\d\d)\/(\d\d)\/((?:20)?\d\d)$/.exec(date) ?? []);
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return Number.isNaN(time) ? undefined : (now.getTime() - time) / YEAR;
}

/**
 * The state of a UPS.
 *
 * @param output what `upsc` printed; undefined if it could not be asked
 */
export function upsRow({ name }: Ups, output: string | undefined, now: Date): Row {
  const subject = `UPS ${name}`;
  const value = (key: string) => new RegExp(`^${key.replaceAll('.', '\\.')}: (.*)$`, 'm').exec(output ?? '')?.[1];
  const status = value('ups.status');
  if (status === undefined) return bad(subject, 'no status', 'check the cable and the log of the container upsd');
  const date = value('battery.date') ?? value('battery.mfr.date');
  const found = [
    status,
    ...[
      ['battery.charge', '%'],
      ['battery.runtime', ' s'],
    ].flatMap(([key = '', unit = '']) => {
      const read = value(key);
      return read === undefined ? [] : [`${key} ${read}${unit}`];
    }),
    date === undefined ? 'battery date not reported' : `battery of ${date}`,
  ].join(', ');
  const words = status.split(' ');
  if (!words.includes('OL')) return bad(subject, found, 'restore the mains; the site powers off on low battery');
  const years = yearsSince(date ?? '', now) ?? 0;
  const isOld = years > BATTERY_YEARS && years < NO_DATE_YEARS;
  return words.includes('RB') || isOld
    ? bad(subject, found, 'replace the battery, and test the shutdown (hosts/RUNBOOK.md)')
    : good(subject, found);
}

/** That a site is not armed. */
export const armedRows = ({ power, ups }: Cluster): Row[] =>
  power.armed || ups.length === 0
    ? []
    : [bad('power', 'is not armed: a power failure powers no node off', 'set power.armed to true, synth and apply')];

/**
 * The last power-off in the record of a host.
 *
 * @param output `SECONDS_SINCE_1970 REASON`, or `none`; undefined if it could not be read
 */
export function powerOffRow(name: string, output: string | undefined): Row {
  const subject = `power-off of ${name}`;
  if (output === undefined) return bad(subject, 'its record cannot be read', 'check its pod in namespace nut');
  const [, seconds, why] = /^(\d+) (.*)$/.exec(output.trim()) ?? [];
  if (seconds === undefined) return good(subject, 'none in its record');
  const time = new Date(Number(seconds) * 1000).toISOString();
  return good(subject, `the last one at ${time.slice(0, 10)} ${time.slice(11, 16)} UTC (${why})`);
}

/** The rows as a table, the cure below its row. */
export function doctorText(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ subject }) => subject.length));
  const count = rows.filter(({ isGood }) => !isGood).length;
  return [
    ...rows.flatMap(({ subject, isGood, found, cure }) => [
      `${isGood ? 'ok ' : 'BAD'} ${subject.padEnd(width)}  ${found}`,
      ...(cure === undefined ? [] : [`${' '.repeat(width + 6)}${cure}`]),
    ]),
    `doctor: ${rows.length - count} good, ${count} not`,
  ].join('\n');
}
