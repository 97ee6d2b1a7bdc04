import { Chart, Testing } from 'cdk8s';
import type { Construct } from 'constructs';
import type { JsonObject } from '../../lib/live/verify/canonical';

/** What a chart with these constructs becomes. */
export function synth(build: (scope: Construct) => void): JsonObject[] {
  const chart = new Chart(Testing.app(), 'test');
  build(chart);
  return JSON.parse(JSON.stringify(Testing.synth(chart))) as JsonObject[];
}

/** The one object of this kind, and of this name where it is given. */
export function find(objects: readonly JsonObject[], kind: string, name?: string): JsonObject {
  const found = objects.filter(
    (object) => object['kind'] === kind && (name === undefined || at(object, 'metadata.name') === name),
  );
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`${found.length} objects ${kind} ${name ?? ''}, expected one`);
  return only;
}

/** The value at a path such as `spec.template.spec.containers.0.image`, or undefined. A list of keys may hold dots in them. */
export function at(value: unknown, path: string | readonly (string | number)[]): unknown {
  const keys = typeof path === 'string' ? path.split('.') : path;
  return keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);
}
