import { closeSync, createWriteStream, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Cluster, type Node, primary, serversOf } from '../../cluster';
import { folderOutside, withFile } from '../../files';
import { SNAPSHOTS_FOLDER } from '../../machines';
import { columns } from '../../text';
import { lastLine, overSsh, type SshOptions } from '../ssh';
import { COPY_SECONDS, sha256Of } from './offline';
import type { S3, Stored } from './s3';

/** A snapshot, and the server that has it; undefined for S3. */
export interface Snapshot extends Stored {
  readonly node: Node | undefined;
}

/** The snapshots that were found, newest first, and why a place could not be asked. */
export interface Found {
  readonly snapshots: readonly Snapshot[];
  readonly problems: readonly string[];
}

/** Names that k3s gives to snapshots. They become part of commands. */
export const SNAPSHOT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The etcd snapshots of a site, on its servers and in S3. */
export class Snapshots {
  constructor(
    private readonly cluster: Cluster,
    private readonly ssh: SshOptions,
    private readonly s3?: S3,
  ) {}

  /** @throws Error if no place answers */
  async find(): Promise<Found> {
    const problems: string[] = [];
    const snapshots: Snapshot[] = [];
    for (const node of serversOf(this.cluster)) {
      const ran = this.run(node, `for f in ${SNAPSHOTS_FOLDER}/*; do [ ! -f "$f" ] || stat -c "%s %Y %n" "$f"; done`);
      if ('problem' in ran) problems.push(ran.problem);
      else snapshots.push(...ran.stdout.split('\n').flatMap((line) => readLine(line, node)));
    }
    const places = serversOf(this.cluster).length + (this.s3 ? 1 : 0);
    try {
      const stored = (await this.s3?.list()) ?? [];
      snapshots.push(
        ...stored.filter(({ name }) => SNAPSHOT_NAME.test(name)).map((one) => ({ ...one, node: undefined })),
      );
    } catch (error) {
      problems.push((error as Error).message);
    }
    if (problems.length === places) throw new Error(problems.join('\n'));
    return { snapshots: snapshots.toSorted((a, b) => b.time - a.time), problems };
  }

  /**
   * Copies a snapshot to this computer, with mode 0600 and as a whole, and checks its SHA-256, or its size if it is in S3.
   *
   * @returns the file
   * @throws Error if the folder is inside a Git repository, dist/ or hosts/, or the copy differs
   */
  async fetch({ name, node, bytes }: Snapshot, folder: string): Promise<string> {
    const file = join(folderOutside(folder, ['dist', 'hosts']), name);
    const temporary = `${file}.${process.pid}.tmp`;
    withFile(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
    const output = withFile(temporary, () => openSync(temporary, 'wx', 0o600));
    try {
      if (node) this.copy(node, name, output);
      else if (this.s3)
        await pipeline(await this.s3.read(name), createWriteStream(temporary, { fd: output, autoClose: false }));
      fsyncSync(output);
      const is = statSync(temporary).size;
      if (is !== bytes) throw new Error(`${name}: ${is} of ${bytes} bytes have arrived; run this again`);
      if (node && sha256Of(temporary) !== this.sumOf(node, name)) {
        throw new Error(`${name}: the copy differs from that on ${node.name}; run this again`);
      }
      renameSync(temporary, file);
    } finally {
      closeSync(output);
      rmSync(temporary, { force: true });
    }
    return file;
  }

  private copy(node: Node, name: string, output: number): void {
    const ran = this.run(node, `cat ${SNAPSHOTS_FOLDER}/${name}`, output);
    if ('problem' in ran) throw new Error(ran.problem);
  }

  private sumOf(node: Node, name: string): string {
    const ran = this.run(node, `sha256sum ${SNAPSHOTS_FOLDER}/${name}`);
    if ('problem' in ran) throw new Error(ran.problem);
    return ran.stdout.slice(0, 64);
  }

  /** What a script on a server prints, or why there is none. */
  private run(node: Node, script: string, shown?: number): { readonly stdout: string } | { readonly problem: string } {
    const ran = overSsh(node, `sh -c '${script}'`, COPY_SECONDS, this.ssh, shown === undefined ? {} : { shown });
    if (!('problem' in ran) && ran.status === 0) return ran;
    const said =
      'problem' in ran
        ? ran.problem
        : `${lastLine(ran.stderr) ?? `exit status ${ran.status}`}; log in as root, or give --sudo`;
    return { problem: `${node.name} (${primary(node.address).text}): ${said}` };
  }
}

/** A line of `stat`. */
function readLine(line: string, node: Node): Snapshot[] {
  const [bytes, time, ...path] = line.split(' ');
  const name = path.join(' ').split('/').at(-1) ?? '';
  return SNAPSHOT_NAME.test(name) ? [{ name, node, bytes: Number(bytes), time: Number(time) }] : [];
}

/** The snapshots in columns. */
export const snapshotLines = (snapshots: readonly Snapshot[], now: Date): string[] =>
  columns([
    ['snapshot', 'on', 'size', 'age'],
    ...snapshots.map((one) => [one.name, one.node?.name ?? 'S3', sizeOf(one.bytes), ageOf(one, now)]),
  ]);

const sizeOf = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** The age of a snapshot, such as `3 h`. */
export function ageOf({ time }: Pick<Snapshot, 'time'>, now: Date): string {
  const minutes = Math.max(0, Math.round((now.getTime() / 1000 - time) / 60));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 60 / 24)} days`;
}
