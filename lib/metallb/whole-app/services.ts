import { type Address, parseAddress } from '../../network';
import { METALLB } from '../../releases';
import { selects } from '../selector';
import type { Install } from './install';
import { givesOut, type PoolView, placeOf, type ServiceManifest } from './objects';

const { annotations: names } = METALLB;
const KNOWN: readonly string[] = [names.loadBalancerIPs, names.addressPool, names.allowSharedIp];
const PREFIX = 'metallb.io/';
const OLD_PREFIX = 'metallb.universe.tf/';

/** A service and its requested addresses. */
export interface Request {
  readonly service: ServiceManifest;
  readonly addresses: readonly Address[];
}

/**
 * Problems of a service's requests to MetalLB.
 *
 * Source: https://github.com/metallb/metallb/blob/v0.16.1/controller/service.go and its internal/allocator/allocator.go
 *
 * @param pools the pools of the app; without any, addresses are not checked
 * @param install the MetalLB of the app, if it has one
 */
export function serviceProblems(
  service: ServiceManifest,
  pools: readonly PoolView[],
  install: Install | undefined,
): string[] {
  const annotations = Object.keys(service.metadata.annotations ?? {});
  const problems = [...oldNames(annotations), ...unknownNames(annotations)];
  if (service.spec?.type === 'LoadBalancer') {
    if (isServed(service, install)) {
      problems.push(...addressProblems(service, pools), ...poolProblems(service, pools));
    } else if (annotations.some((name) => name.startsWith(PREFIX))) {
      problems.push(otherClass(service, install));
    }
  }
  return problems.map((problem) => `${placeOf(service)} ${problem}`);
}

/** The requested addresses of a service, without invalid ones; none if MetalLB does not serve it. */
export function requestOf(service: ServiceManifest, install: Install | undefined): Request {
  const isAsking = service.spec?.type === 'LoadBalancer' && isServed(service, install);
  return { service, addresses: isAsking ? textsOf(service).flatMap((text) => tryAddress(text) ?? []) : [] };
}

/** MetalLB serves the services of its own class, or those without class. */
const isServed = ({ spec }: ServiceManifest, install: Install | undefined): boolean =>
  install === undefined || spec?.loadBalancerClass === install.loadBalancerClass;

const otherClass = ({ spec }: ServiceManifest, install: Install | undefined): string =>
  `has annotations for MetalLB and ${spec?.loadBalancerClass ? `the loadBalancerClass "${spec.loadBalancerClass}"` : 'no loadBalancerClass'}, ` +
  `which MetalLB does not serve; ${install?.loadBalancerClass ? `set it to "${install.loadBalancerClass}"` : 'remove it'}`;

const oldNames = (annotations: readonly string[]): string[] =>
  annotations
    .filter((name) => name.startsWith(OLD_PREFIX))
    .map(
      (name) =>
        `has the annotation ${name}, from before MetalLB 0.14.9; write ${PREFIX}${name.slice(OLD_PREFIX.length)}`,
    );

const unknownNames = (annotations: readonly string[]): string[] =>
  annotations
    .filter((name) => name.startsWith(PREFIX) && !KNOWN.includes(name))
    .map((name) =>
      name === names.allocatedFrom
        ? `has the annotation ${name}, which MetalLB writes itself; remove it`
        : `has the annotation ${name}, which MetalLB does not read; choose from ${KNOWN.join(', ')}`,
    );

const textsOf = ({ metadata, spec }: ServiceManifest): string[] => {
  const stated = metadata.annotations?.[names.loadBalancerIPs] ?? spec?.loadBalancerIP;
  return stated === undefined || stated === '' ? [] : stated.split(',').map((text) => text.trim());
};

function tryAddress(text: string): Address | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}

const asksFor = (service: ServiceManifest): string | undefined => service.metadata.annotations?.[names.addressPool];

const poolOf = (address: Address, pools: readonly PoolView[]): PoolView | undefined =>
  pools.find(({ ranges, manifest }) => givesOut(ranges, manifest.spec?.avoidBuggyIPs ?? false, address));

function addressProblems(service: ServiceManifest, pools: readonly PoolView[]): string[] {
  const texts = textsOf(service);
  const addresses = texts.flatMap((text) => tryAddress(text) ?? []);
  const problems = texts
    .filter((text) => !tryAddress(text))
    .map(
      (text) =>
        `requests ${JSON.stringify(text)}, which is not an IP address; write it like 192.168.10.243 or fd00::43`,
    );
  if (
    service.spec?.loadBalancerIP !== undefined &&
    service.metadata.annotations?.[names.loadBalancerIPs] !== undefined
  ) {
    problems.push(
      `has both spec.loadBalancerIP and ${names.loadBalancerIPs}, which MetalLB refuses; keep the annotation`,
    );
  }
  problems.push(...familyProblems(service, addresses, pools));
  if (pools.length === 0) return problems;
  const homes = addresses.map((address) => ({ address, pool: poolOf(address, pools) }));
  for (const { address } of homes.filter(({ pool }) => !pool)) {
    problems.push(`requests ${address.text}, which no pool assigns; ${listed(pools)}`);
  }
  const own = [...new Set(homes.flatMap(({ pool }) => pool ?? []))];
  if (own.length > 1) {
    problems.push(
      `requests addresses of ${own.length} pools, ${own.map(({ name }) => `"${name}"`).join(' and ')}; request all from one pool with both families`,
    );
  }
  const asked = asksFor(service);
  for (const { address, pool } of homes) {
    if (asked === undefined || !pool || pool.name === asked) continue;
    problems.push(`requests ${address.text} of pool "${pool.name}" and the pool "${asked}"; remove one of them`);
  }
  for (const pool of own) problems.push(...closed(service, pool));
  return problems;
}

/** A service has one address, a dual-stack one has one per family. MetalLB assigns all or none. */
function familyProblems(
  { spec }: ServiceManifest,
  addresses: readonly Address[],
  pools: readonly PoolView[],
): string[] {
  const families = new Set(addresses.map(({ family }) => family));
  if (families.size < addresses.length) {
    return [`requests ${addresses.length} addresses, two of them of one IP family; request at most one of each`];
  }
  const { ipFamilyPolicy = 'SingleStack', ipFamilies } = spec ?? {};
  if (families.size === 2 && ipFamilyPolicy === 'SingleStack') {
    return ['requests addresses of both IP families and is SingleStack; set ipFamilyPolicy to RequireDualStack'];
  }
  const [address] = addresses;
  if (!address || families.size === 2) return [];
  if (ipFamilyPolicy === 'RequireDualStack' || (ipFamilyPolicy === 'PreferDualStack' && isOfBothFamilies(pools))) {
    return [
      `requests only ${address.text} and has ipFamilyPolicy ${ipFamilyPolicy}; request one address of each family, or set SingleStack`,
    ];
  }
  return ipFamilies && !ipFamilies.includes(`IPv${address.family}`)
    ? [`requests ${address.text} and has ipFamilies ${ipFamilies.join(', ')}; request an address of these`]
    : [];
}

const isOfBothFamilies = (pools: readonly PoolView[]): boolean =>
  new Set(pools.flatMap(({ ranges }) => ranges.map(({ family }) => family))).size === 2;

function poolProblems(service: ServiceManifest, pools: readonly PoolView[]): string[] {
  const asked = asksFor(service);
  if (pools.length === 0) return [];
  if (asked === undefined) return textsOf(service).length > 0 || hasPool(service, pools) ? [] : [withoutPool(pools)];
  const pool = pools.find(({ name }) => name === asked);
  return pool ? closed(service, pool) : [`requests the pool "${asked}", which does not exist; ${listed(pools)}`];
}

/** Whether a pool assigns it an address automatically. */
const hasPool = (service: ServiceManifest, pools: readonly PoolView[]): boolean =>
  pools.some((pool) => pool.manifest.spec?.autoAssign !== false && closed(service, pool).length === 0);

const withoutPool = (pools: readonly PoolView[]): string =>
  `gets no address, because no pool with autoAssign allows it; enable autoAssign or extend a serviceAllocation, or request a pool with ${names.addressPool}, or an address with ${names.loadBalancerIPs}; ${listed(pools)}`;

/** Why the service must not use the pool. Labels of namespaces are unknown here. */
function closed({ metadata }: ServiceManifest, { name, manifest }: PoolView): string[] {
  const { namespaces, namespaceSelectors, serviceSelectors } = manifest.spec?.serviceAllocation ?? {};
  const own = metadata.namespace ?? 'default';
  if (namespaces && !namespaceSelectors && !namespaces.includes(own)) {
    return [`requests pool "${name}", which is limited to ${namespaces.join(', ')}; add "${own}" there`];
  }
  return serviceSelectors && !serviceSelectors.some((selector) => selects(selector, metadata.labels ?? {}))
    ? [`requests pool "${name}", whose serviceSelectors do not match; add the labels that they require`]
    : [];
}

const listed = (pools: readonly PoolView[]): string =>
  `the pools are ${pools.map(({ name, ranges }) => `"${name}" (${ranges.map(({ text }) => text).join(', ')})`).join(', ')}`;
