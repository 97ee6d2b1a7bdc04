import { METALLB } from '../releases';
import { DNS_SUBDOMAIN, IMAGE, INTERFACE, LABEL_KEY, LABEL_VALUE, REGISTRY } from '../text';

/**
 * Checks the name of an object (RFC 1123 subdomain,
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names).
 *
 * @throws Error for an invalid name
 */
export function checkName(kind: string, name: string): void {
  if (!DNS_SUBDOMAIN.test(name)) {
    throw new Error(
      `${kind} name "${name}" is not a valid Kubernetes name; use 1 to 253 lower-case letters, digits, "-" and ".", ` +
        'with a letter or digit at both ends of every part',
    );
  }
}

/**
 * Checks a value of the label `kubernetes.io/hostname`.
 *
 * @throws Error for an invalid value
 */
export function checkNodeName(what: string, name: string): void {
  if (!LABEL_VALUE.test(name)) {
    throw new Error(
      `${what}: "${name}" is not a valid host name of a node; use the value of its label kubernetes.io/hostname, 1 to 63 characters`,
    );
  }
}

/**
 * Checks the name of a network interface of Linux.
 *
 * @throws Error for an invalid name
 */
export function checkInterface(what: string, name: string): void {
  if (!INTERFACE.test(name)) {
    throw new Error(
      `${what}: "${name}" is not a valid interface name; use 1 to 15 characters without spaces, "/" and ":", such as eth0`,
    );
  }
}

/**
 * Checks that an image is pinned, so a restarted pod runs the same MetalLB.
 *
 * @throws Error for an invalid reference, or one without tag and digest
 */
export function checkImage(what: string, image: string): void {
  if (IMAGE.test(image)) return;
  throw new Error(`${what}: "${image}" ${imageFault(image)}`);
}

function imageFault(image: string): string {
  const example = METALLB.images.speaker;
  if (image.includes('://')) return 'starts with a URL scheme; remove everything up to ://';
  const [name = '', digest] = image.split('@');
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    return 'has an invalid digest; write @sha256: and 64 hexadecimal digits';
  }
  if (digest === undefined && !/:[^/]+$/.test(name)) return `has no tag or digest; write one, such as ${example}`;
  if (name.endsWith(':latest')) return `has the tag latest, which changes; write a fixed tag, such as ${example}`;
  return `is not an image reference; write registry, path and tag, such as ${example}`;
}

/**
 * Checks the registry of a mirror, with an optional path.
 *
 * @throws Error for an invalid registry
 */
export function checkRegistry(registry: string): void {
  if (REGISTRY.test(registry)) return;
  const cure =
    'write a host with an optional port and path, such as registry.lan:5000 or harbor.lan/quay, without https:// and a last /';
  throw new Error(`images.registry: "${registry}" is not a registry; ${cure}`);
}

/**
 * Checks a load balancer class (https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class).
 *
 * @throws Error for an invalid class
 */
export function checkLoadBalancerClass(what: string, name: string): void {
  if (!LABEL_KEY.test(name)) {
    throw new Error(
      `${what}: "${name}" is not a valid Kubernetes name; write a name or domain/name such as metallb.io/metallb`,
    );
  }
}

/**
 * Checks a label (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set).
 *
 * @param values of a condition; any number
 * @throws Error for an invalid label
 */
export function checkLabel(what: string, key: string, values: readonly string[]): void {
  if (!LABEL_KEY.test(key)) {
    throw new Error(
      `${what}: "${key}" is not a valid label key; write a name or domain/name such as node-role.kubernetes.io/edge`,
    );
  }
  const wrong = values.find((value) => value !== '' && !LABEL_VALUE.test(value));
  if (wrong !== undefined) {
    throw new Error(
      `${what}: "${wrong}" is not a valid value of label ${key}; use up to 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends`,
    );
  }
}

/** Collects everything that is wrong, to report it at once. */
export class Faults {
  private readonly messages: string[] = [];

  /** What the function returns; for an error, its message is kept. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.messages.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** Runs every check and keeps the messages of errors. */
  check(...checks: readonly (() => void)[]): void {
    for (const check of checks) this.attempt(check);
  }

  /** @throws Error with a line per message, if there is one */
  throwAll(): void {
    if (this.messages.length > 0) throw new Error(this.messages.join('\n'));
  }
}

/**
 * Checks a whole number.
 *
 * @throws Error if it is outside its limits
 */
export function checkWhole(what: string, value: number | undefined, min: number, max: number): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= min && value <= max)) {
    throw new Error(`${what}: ${value} is invalid; give a whole number from ${min} to ${max}`);
  }
}

/**
 * Refuses a duplicate, for which MetalLB drops its whole configuration.
 *
 * @throws Error with the first one
 */
export function checkUnique(what: string, list: readonly string[] | undefined): void {
  const double = list?.find((entry, index) => list.indexOf(entry) !== index);
  if (double !== undefined) throw new Error(`${what} has ${JSON.stringify(double)} twice; give every entry once`);
}

/**
 * Refuses an empty list, which MetalLB reads as "all".
 *
 * @throws Error for an empty list
 */
export function checkNotEmpty(what: string, list: readonly unknown[] | undefined): void {
  if (list?.length === 0) {
    throw new Error(`${what} is empty, which MetalLB reads as "all"; remove it, or name at least one`);
  }
}
