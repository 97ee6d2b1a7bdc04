import { DNS_SUBDOMAIN, IMAGE, INTERFACE, LABEL_VALUE } from '../cluster/patterns';

/**
 * Checks the name of an object (RFC 1123 subdomain,
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names).
 *
 * @throws Error when Kubernetes would refuse the name.
 */
export function checkName(kind: string, name: string): void {
  if (!DNS_SUBDOMAIN.test(name)) {
    throw new Error(
      `${kind} name "${name}" is no name Kubernetes takes; use 1 to 253 lower-case letters, digits, "-" and ".", ` +
        'with a letter or digit at both ends of every part',
    );
  }
}

/**
 * Checks the name of a node as a value of the label `kubernetes.io/hostname`.
 *
 * @throws Error when no node can have that value.
 */
export function checkNodeName(what: string, name: string): void {
  if (!LABEL_VALUE.test(name)) {
    throw new Error(
      `${what}: "${name}" can't be the host name of a node; use the value of its label kubernetes.io/hostname, 1 to 63 characters`,
    );
  }
}

/**
 * Checks the name of a network interface of a Linux host.
 *
 * @throws Error when Linux could not have an interface of this name.
 */
export function checkInterface(what: string, name: string): void {
  if (!INTERFACE.test(name)) {
    throw new Error(
      `${what}: "${name}" can't be a network interface; use 1 to 15 characters without spaces, "/" and ":", such as eth0`,
    );
  }
}

/**
 * Checks that an image is pinned, so that a pod that starts again later runs the same MetalLB.
 *
 * @throws Error when the reference has neither tag nor digest.
 */
export function checkImage(what: string, image: string): void {
  if (!IMAGE.test(image)) {
    throw new Error(
      `${what}: "${image}" has no tag or digest, or is the latest of whatever; write a full image reference such as quay.io/metallb/speaker:v0.16.1`,
    );
  }
}

/**
 * Checks a pattern of interface names. MetalLB reads it with Go's regexp, which has no look-around and no back-references.
 *
 * @throws Error when Go could not read the pattern, or when it matches every interface.
 */
export function checkExclusion(pattern: string): void {
  const label = `excludeInterfaces: ${JSON.stringify(pattern)}`;
  const isReadable = isPattern(pattern) && !/\(\?(?:<?[=!])|\\[1-9k]/.test(pattern);
  if (!isReadable) throw new Error(`${label} is no regular expression that Go reads; write one like ^docker.*`);
  if (new RegExp(pattern).test(''))
    throw new Error(`${label} matches every interface, so that no node would answer; write one like ^docker.*`);
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Checks a load balancer class (https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class).
 *
 * @throws Error when Kubernetes would refuse the class in a Service.
 */
export function checkLoadBalancerClass(name: string): void {
  const parts = name.split('/');
  const last = parts.pop() ?? '';
  const prefix = parts.join('/');
  if (!LABEL_VALUE.test(last) || (name.includes('/') && !DNS_SUBDOMAIN.test(prefix))) {
    throw new Error(
      `loadBalancerClass: "${name}" is no name Kubernetes takes; write a name or domain/name such as metallb.io/metallb`,
    );
  }
}

/** Gathers what is wrong, so that all of it is said at once. */
export class Faults {
  private readonly messages: string[] = [];

  /** What the function returns, or undefined when it throws; its message is kept. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.messages.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** Runs every check and keeps the messages of those that throw. */
  check(...checks: readonly (() => void)[]): void {
    for (const check of checks) this.attempt(check);
  }

  /** @throws Error with a line for each message, when there is one. */
  throwAll(): void {
    if (this.messages.length > 0) throw new Error(this.messages.join('\n'));
  }
}

/**
 * Checks a number that has bounds.
 *
 * @throws Error when it is no whole number within them.
 */
export function checkWhole(what: string, value: number | undefined, min: number, max: number): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= min && value <= max)) {
    throw new Error(`${what}: ${value} won't do; give a whole number from ${min} to ${max}`);
  }
}

/**
 * Refuses an entry that stands twice, for which MetalLB drops its whole configuration.
 *
 * @throws Error with the first such entry.
 */
export function checkUnique(what: string, list: readonly string[] | undefined): void {
  const double = list?.find((entry, index) => list.indexOf(entry) !== index);
  if (double !== undefined) throw new Error(`${what} has ${JSON.stringify(double)} twice; give every entry once`);
}

/**
 * Refuses an empty list where MetalLB would read it as "all".
 *
 * @throws Error when the list is there but empty.
 */
export function checkNotEmpty(what: string, list: readonly unknown[] | undefined): void {
  if (list?.length === 0) {
    throw new Error(`${what} is empty, which MetalLB reads as all of them; leave it out or name at least one`);
  }
}
