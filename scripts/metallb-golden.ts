import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { canonicalHash, type JsonObject, objectKey } from '../lib/metallb/canonical';
import { METALLB } from '../lib/metallb/version';

const USAGE = `usage: metallb-golden [--print] FILE

Reads MetalLB's native manifest ${METALLB.version} from FILE and writes one SHA-256 for each of its objects to
test/metallb/golden-${METALLB.version}.json, against which the tests hold lib/metallb/. Nothing of the manifest's text is kept.

  FILE      the manifest, from https://raw.githubusercontent.com/metallb/metallb/${METALLB.version}/config/manifests/metallb-native.yaml
  --print   write to standard output instead

exit code: 0 done, 1 FILE can't be used, 2 wrong usage`;

class UsageError extends Error {}

function readObjects(file: string): JsonObject[] {
  const objects = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${file} is no valid YAML: ${error.message}`);
    return document.toJS() as JsonObject | null;
  });
  return objects.filter((object) => object !== null);
}

/** Hashes of another release would make the tests fail in a way that is hard to read. */
function checkRelease(file: string, objects: readonly JsonObject[]): void {
  const text = JSON.stringify(objects);
  for (const image of Object.values(METALLB.images)) {
    if (!text.includes(JSON.stringify(image))) {
      throw new Error(
        `${file} has no container with image ${image}; give the native manifest of ${METALLB.version}, or change lib/metallb/version.ts first`,
      );
    }
  }
}

function hashes(file: string, objects: readonly JsonObject[]): Record<string, string> {
  const found = new Map<string, string>();
  for (const object of objects) {
    const key = objectKey(object);
    if (found.has(key)) throw new Error(`${file} has "${key}" twice; give one manifest at a time`);
    found.set(key, canonicalHash(object));
  }
  return Object.fromEntries(found);
}

function main(args: readonly string[]): void {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(USAGE);
    return;
  }
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== '--print');
  if (unknown !== undefined) throw new UsageError(`unknown option "${unknown}"`);
  const [file, ...more] = args.filter((arg) => arg !== '--print');
  if (file === undefined || more.length > 0)
    throw new UsageError(`takes one FILE, got ${more.length + (file ? 1 : 0)}`);

  const objects = readObjects(file);
  checkRelease(file, objects);
  const golden = hashes(file, objects);
  const text = `${JSON.stringify(golden, undefined, 2)}\n`;
  if (args.includes('--print')) {
    process.stdout.write(text);
    return;
  }
  const target = join('test/metallb', `golden-${METALLB.version}.json`);
  writeFileSync(target, text);
  console.log(`wrote ${Object.keys(golden).length} hashes to ${target}`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`metallb-golden: ${message}`);
  if (error instanceof UsageError) console.error(`\n${USAGE}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
