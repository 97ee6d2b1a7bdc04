import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalHash, type JsonObject, objectsByKey } from '../lib/live/verify/canonical';
import { readManifest } from '../lib/live/verify/manifest';
import { METALLB } from '../lib/releases/metallb';

const MANIFESTS = `https://raw.githubusercontent.com/metallb/metallb/${METALLB.version}/config/manifests`;
const TARGET = join('test/metallb', 'golden.json');

const USAGE = `usage: metallb-golden [--print] NATIVE PROMETHEUS

Reads two manifests of MetalLB ${METALLB.version} and writes SHA-256 hashes to ${TARGET}: of every object of NATIVE, and of the two cluster
roles of PROMETHEUS, which may check metrics tokens. The tests compare lib/metallb/ with them. No manifest text is kept.

  NATIVE      ${MANIFESTS}/metallb-native.yaml
  PROMETHEUS  ${MANIFESTS}/metallb-native-prometheus.yaml
  --print     write to standard output instead

Exit status: 0 done, 1 unusable file, 2 wrong usage.`;

class UsageError extends Error {}

/** The objects of a manifest. Refuses another release, because its hashes would fail tests without a clear reason. */
function readRelease(file: string): Map<string, JsonObject> {
  const objects = readManifest(readFileSync(file, 'utf8'), file);
  const text = JSON.stringify(objects);
  for (const image of Object.values(METALLB.images)) {
    if (!text.includes(JSON.stringify(image))) {
      throw new Error(
        `${file} has no container with image ${image}; give the manifest of ${METALLB.version}, or change lib/releases/metallb.ts first`,
      );
    }
  }
  return objectsByKey(objects);
}

const hashesOf = (objects: ReadonlyMap<string, JsonObject>): Record<string, string> =>
  Object.fromEntries([...objects].map(([key, object]) => [key, canonicalHash(object)]));

/** The two cluster roles that differ from the native manifest. */
function clusterRoles(file: string): Map<string, JsonObject> {
  const objects = readRelease(file);
  const names = [METALLB.names.controllerClusterRole, METALLB.names.speakerClusterRole];
  return new Map(
    names.map((name) => {
      const key = `ClusterRole ${name}`;
      const object = objects.get(key);
      if (!object) throw new Error(`${file} has no ${key}; give the manifest with the name that --help shows`);
      return [key, object];
    }),
  );
}

function main(args: readonly string[]): void {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(USAGE);
    return;
  }
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--print');
  if (unknown !== undefined) throw new UsageError(`unknown option "${unknown}"`);
  const files = args.filter((arg) => arg !== '--print');
  const [native, prometheus] = files;
  if (native === undefined || prometheus === undefined || files.length > 2) {
    throw new UsageError(`takes NATIVE and PROMETHEUS, got ${files.length} files`);
  }
  const golden = {
    version: METALLB.version,
    native: hashesOf(readRelease(native)),
    prometheus: hashesOf(clusterRoles(prometheus)),
  };
  const text = `${JSON.stringify(golden, undefined, 2)}\n`;
  if (args.includes('--print')) {
    process.stdout.write(text);
    return;
  }
  writeFileSync(TARGET, text);
  console.log(
    `wrote ${Object.keys(golden.native).length} + ${Object.keys(golden.prometheus).length} hashes to ${TARGET}`,
  );
}

export function run(args: readonly string[]): number {
  try {
    main(args);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`metallb-golden: ${message}`);
    if (error instanceof UsageError) console.error(`\n${USAGE}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
