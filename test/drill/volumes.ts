import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifests, Volume } from './manifests';
import { command, run } from './processes';

export interface VolumeContext {
  readonly manifests: Manifests;
  /** Namespace of the pod. */
  readonly namespace: string | undefined;
  /** An empty folder for the volumes of this pod. */
  readonly folder: string;
  /** The path on this host for a path of the node. */
  readonly pathOnHost: (path: string) => string;
}

/** A volume that is ready to be mounted. */
export interface PreparedVolume {
  readonly source: string;
  readonly readOnly: boolean;
  /** Replaces the content of a Secret, as the kubelet does while the pod runs. @default - nothing changes */
  readonly update?: (manifests: Manifests) => void;
  /** Removes it. */
  readonly dispose: () => Promise<void>;
}

const nothing = async (): Promise<void> => {};

/** Prepares a volume as the kubelet does before the first container starts. Throws an Error where the kubelet would wait for ever. */
export async function prepareVolume(volume: Volume, context: VolumeContext): Promise<PreparedVolume> {
  const source = join(context.folder, volume.name);
  const { configMap, secret, emptyDir, hostPath } = volume;
  if (configMap) {
    const data = context.manifests.configMap(configMap.name, context.namespace);
    project(source, data, configMap);
    return { source, readOnly: true, dispose: nothing };
  }
  if (secret) {
    const update = (manifests: Manifests) =>
      project(source, manifests.secret(secret.secretName, context.namespace), secret);
    update(context.manifests);
    return { source, readOnly: true, update, dispose: nothing };
  }
  if (emptyDir) {
    mkdirSync(source, { recursive: true });
    // tmpfs writes 1Mi as 1M
    const size = emptyDir.sizeLimit?.replace(/i$/, '') ?? '16M';
    await command('mount', '-t', 'tmpfs', '-o', `mode=0777,size=${size}`, 'tmpfs', source);
    return { source, readOnly: false, dispose: async () => void (await run('umount', ['-l', source])) };
  }
  if (hostPath) return { source: onHost(volume.name, hostPath, context), readOnly: false, dispose: nothing };
  throw new Error(
    `volume "${volume.name}" is of a kind that the drill does not emulate; add it to test/drill/volumes.ts`,
  );
}

interface Item {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

interface Projection {
  readonly items?: readonly Item[];
  readonly defaultMode?: number;
  readonly optional?: boolean;
}

function project(folder: string, data: Readonly<Record<string, string>>, projection: Projection): void {
  const { defaultMode = 0o644, optional } = projection;
  const items = projection.items ?? Object.keys(data).map((key): Item => ({ key, path: key }));
  mkdirSync(folder, { recursive: true });
  for (const { key, path, mode } of items) {
    const text = data[key];
    if (text === undefined && optional) continue;
    if (text === undefined) throw new Error(`a volume needs the key "${key}", which is missing`);
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, text);
    chmodSync(`${file}.new`, mode ?? defaultMode);
    renameSync(`${file}.new`, file);
  }
}

function onHost(name: string, hostPath: NonNullable<Volume['hostPath']>, { pathOnHost }: VolumeContext): string {
  const source = pathOnHost(hostPath.path);
  if (hostPath.type === 'DirectoryOrCreate') mkdirSync(source, { recursive: true });
  else if (hostPath.type !== 'Directory')
    throw new Error(
      `volume "${name}" has the hostPath type "${hostPath.type}", which the drill does not emulate; add it to test/drill/volumes.ts`,
    );
  if (!existsSync(source)) throw new Error(`volume "${name}": the node has no directory ${hostPath.path}`);
  return source;
}
