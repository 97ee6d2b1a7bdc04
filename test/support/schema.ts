import { dirname, join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { JsonObject } from '../../lib/live/verify/canonical';
import { readCrds } from '../../lib/metallb';
import { at } from '../metallb/support';

/** A schema that refuses what the API server would drop without a word: fields it doesn't name. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  return 'properties' in inner && inner['type'] === 'object' ? { additionalProperties: false, ...inner } : inner;
}

const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
const validators = new Map<string, ValidateFunction>();
for (const { spec } of readCrds()) {
  for (const version of at(spec, 'versions') as { name: string; schema: { openAPIV3Schema: object } }[]) {
    const schema = strict(version.schema.openAPIV3Schema) as object;
    validators.set(`metallb.io/${version.name} ${at(spec, 'names.kind')}`, ajv.compile(schema));
  }
}

/** https://github.com/k3s-io/helm-controller/blob/master/pkg/apis/helm.cattle.io/v1/types.go, HelmChartConfigSpec */
validators.set(
  'helm.cattle.io/v1 HelmChartConfig',
  ajv.compile({
    type: 'object',
    required: ['spec'],
    properties: {
      spec: {
        type: 'object',
        additionalProperties: false,
        properties: {
          valuesContent: { type: 'string' },
          valuesSecrets: { type: 'array' },
          failurePolicy: { type: 'string', enum: ['reinstall', 'abort', 'retry'] },
        },
      },
    },
  }),
);

/** What is wrong with an object of dist/, whatever its kind. */
export const objectProblems = (object: JsonObject): string[] =>
  validators.has(`${object['apiVersion']} ${object['kind']}`)
    ? customResourceProblems(object)
    : builtInProblems(object);

/** What is wrong with one of our custom resources by our own CRDs, unknown fields included, as Ajv says it. */
export function customResourceProblems(object: JsonObject): string[] {
  const validate = validators.get(`${object['apiVersion']} ${object['kind']}`);
  if (!validate) throw new Error(`no schema for ${object['apiVersion']} ${object['kind']}`);
  return validate(object) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** A compiled validator of kubernetes-models. */
interface Validator {
  (data: unknown): boolean;
  readonly errors?:
    | readonly { readonly instancePath: string; readonly keyword: string; readonly params: object }[]
    | null;
}

/** What is wrong with a built-in object by the OpenAPI schema of Kubernetes 1.27, unknown fields included. */
export function builtInProblems(object: JsonObject): string[] {
  const validate = validatorOf(String(object['apiVersion']), String(object['kind']));
  const { proxy, unread } = watched(object);
  const valid = validate(proxy);
  if (!valid) {
    return (validate.errors ?? []).map(
      ({ instancePath, keyword, params }) => `${instancePath} ${keyword} ${JSON.stringify(params)}`,
    );
  }
  // kubernetes-models knows JSON schemas only in part; ours equal upstream's, which test/metallb holds
  return unread()
    .filter((path) => !path.includes('/openAPIV3Schema/'))
    .map((path) => `${path} is unknown`);
}

function validatorOf(apiVersion: string, kind: string): Validator {
  // each module exports its class under its kind and under the name of its schema file
  const module = require(`kubernetes-models/${apiVersion}/${kind}`) as object;
  const schema = Object.keys(module).find((name) => name !== kind);
  // by its full path, because the package does not export its schema files
  const file = join(dirname(require.resolve('kubernetes-models')), '_schemas', `${schema}.js`);
  return (require(file) as { validate: Validator }).validate;
}

/**
 * The object behind a proxy that notes which fields are read. The validators read every field that they know,
 * so what stays unread is unknown to the API server too.
 */
function watched(object: object): { proxy: object; unread: () => string[] } {
  const pending = new Set<string>();
  const wrap = (value: object, path: string): object => {
    const inner = new Map<PropertyKey, unknown>();
    for (const [key, item] of Object.entries(value)) {
      pending.add(`${path}/${key}`);
      inner.set(key, typeof item === 'object' && item !== null ? wrap(item, `${path}/${key}`) : item);
    }
    return new Proxy(value, {
      get(target, key) {
        if (!inner.has(key)) return Reflect.get(target, key) as unknown;
        pending.delete(`${path}/${String(key)}`);
        return inner.get(key);
      },
    });
  };
  return { proxy: wrap(object, ''), unread: () => [...pending] };
}
