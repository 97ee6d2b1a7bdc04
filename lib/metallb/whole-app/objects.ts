import { type Address, type AddressRange, contains, parseAddressRange } from '../../network';
import type { LabelSelector } from '../selector';

/** Common fields of objects that are read here. */
interface Manifest<Spec> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Spec;
}

/** An object of MetalLB, with the fields of all kinds. */
export type MetalLbManifest = Manifest<{
  readonly addresses?: readonly string[];
  readonly avoidBuggyIPs?: boolean;
  readonly serviceAllocation?: {
    readonly namespaces?: readonly string[];
    readonly namespaceSelectors?: readonly LabelSelector[];
    readonly serviceSelectors?: readonly LabelSelector[];
  };
  readonly autoAssign?: boolean;
  readonly ipAddressPools?: readonly string[];
  readonly ipAddressPoolSelectors?: readonly LabelSelector[];
  readonly serviceSelectors?: readonly LabelSelector[];
  readonly nodeSelectors?: readonly LabelSelector[];
  readonly interfaces?: readonly string[];
  readonly peers?: readonly string[];
  readonly peerAddress?: string;
  readonly communities?: readonly (string | { readonly name: string; readonly value: string })[];
  readonly aggregationLength?: number;
  readonly localPref?: number;
}>;

/** The fields of a Service that MetalLB reads. */
export type ServiceManifest = Manifest<{
  readonly type?: string;
  readonly loadBalancerClass?: string;
  readonly loadBalancerIP?: string;
  readonly externalTrafficPolicy?: string;
  readonly ipFamilyPolicy?: string;
  readonly ipFamilies?: readonly string[];
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly port: number; readonly protocol?: string }[];
}>;

/** The fields of a ValidatingWebhookConfiguration that are read here. */
export type WebhookManifest = Manifest<unknown> & {
  readonly webhooks?: readonly { readonly failurePolicy?: string }[];
};

/** The objects of an app that MetalLB reads. */
export interface WholeAppObjects {
  readonly metalLb: readonly MetalLbManifest[];
  readonly services: readonly ServiceManifest[];
  readonly webhooks: readonly WebhookManifest[];
}

/** A pool with parsed addresses. */
export interface PoolView {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ranges: readonly AddressRange[];
  readonly manifest: MetalLbManifest;
}

/** The objects of one kind. */
export const ofKind = ({ metalLb }: WholeAppObjects, ...kinds: readonly string[]): MetalLbManifest[] =>
  metalLb.filter(({ kind }) => kinds.includes(kind));

/** An object in messages. */
export const nameOf = ({ kind, metadata }: Manifest<unknown>): string => `${kind} "${metadata.name}"`;

/** An object in messages, with its namespace. */
export const placeOf = ({ kind, metadata }: Manifest<unknown>): string =>
  `${kind} ${metadata.namespace ?? 'default'}/${metadata.name}`;

/** The pools of an app, without invalid ranges; `unreadable` reports those. */
export const poolsOf = (objects: WholeAppObjects): PoolView[] =>
  ofKind(objects, 'IPAddressPool').map((manifest) => ({
    name: manifest.metadata.name,
    labels: manifest.metadata.labels ?? {},
    ranges: (manifest.spec?.addresses ?? []).flatMap((text) => tryRange(text).range ?? []),
    manifest,
  }));

/** Invalid addresses of pools that are not made by `IpAddressPool`. */
export const unreadable = (objects: WholeAppObjects): string[] =>
  ofKind(objects, 'IPAddressPool').flatMap((manifest) =>
    (manifest.spec?.addresses ?? []).flatMap((text) => {
      const { range, fault = range && loneAddress(text, range) } = tryRange(text);
      return fault === undefined ? [] : [`${nameOf(manifest)}: ${fault}`];
    }),
  );

/** MetalLB drops its whole configuration for a single address. */
const loneAddress = (text: string, { first, family }: AddressRange): string | undefined =>
  /[/-]/.test(text)
    ? undefined
    : `${JSON.stringify(text)} is a single address, which MetalLB rejects; write ${first.text}/${family === 4 ? 32 : 128}`;

function tryRange(text: string): { readonly range?: AddressRange; readonly fault?: string } {
  try {
    return { range: parseAddressRange(text) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether MetalLB may assign this address. avoidBuggyIPs skips IPv4 addresses that end in .0 or .255. */
export const givesOut = (ranges: readonly AddressRange[], avoidBuggyIPs: boolean, address: Address): boolean =>
  ranges.some((range) => contains(range, address)) &&
  !(avoidBuggyIPs && address.family === 4 && [0n, 255n].includes(address.value & 255n));
