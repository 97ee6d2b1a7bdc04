import { tagOf } from './image';

/** The release whose settings `KubeVip` has; https://github.com/kube-vip/kube-vip/releases. */
export const KUBE_VIP_VERSION = 'v1.2.3';

/** A release as its three numbers. */
export type Release = readonly [major: number, minor: number, patch: number];

/** The release in the tag of an image: `ghcr.io/kube-vip/kube-vip:v1.2.3@sha256:...` is 1.2.3. */
export function kubeVipRelease(image: string): Release | undefined {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)$/
    .exec(tagOf(image) ?? '')
    ?.slice(1)
    .map(Number);
  return numbers && ([numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0] as const);
}

const ISSUE = 'https://github.com/kube-vip/kube-vip/issues';

/** Defects of single releases; releases below 1.1 are all refused. */
const BAD: Readonly<Record<string, string>> = {
  '1.0.1': `stops electing a holder (${ISSUE}/1377)`,
  '1.0.2': `stops electing a holder (${ISSUE}/1377)`,
  '1.0.3': `stops electing a holder (${ISSUE}/1377)`,
  '1.0.4': `keeps the VIP when it is stopped (${ISSUE}/1413)`,
  '1.1.2': `removes the VIP from its interface (${ISSUE}/1533)`,
};

const BAD_WITH_BGP: Readonly<Record<string, string>> = {
  '1.1.0': `removes its BGP peers right after adding them (${ISSUE}/1466)`,
};

/** Why a release must not hold the VIP; undefined if it may. */
export function kubeVipFault(release: Release, bgp: boolean): string | undefined {
  const name = release.join('.');
  const [major, minor] = release;
  const known = BAD[name] ?? (bgp ? BAD_WITH_BGP[name] : undefined);
  if (known !== undefined) return known;
  return major < 1 || (major === 1 && minor < 1)
    ? 'is older than 1.1: its settings have other names, and its leases are shorter than an etcd election'
    : undefined;
}
