import { tagOf } from './image';

/** The release whose settings this construct knows; https://github.com/kube-vip/kube-vip/releases. */
export const KUBE_VIP_VERSION = 'v1.2.3';

/** A release as its three numbers. */
export type Release = readonly [major: number, minor: number, patch: number];

/** The release that the tag of an image names, if it names one: `ghcr.io/kube-vip/kube-vip:v1.2.3@sha256:...` is 1.2.3. */
export function kubeVipRelease(image: string): Release | undefined {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)$/
    .exec(tagOf(image) ?? '')
    ?.slice(1)
    .map(Number);
  return numbers && ([numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0] as const);
}

const ISSUE = 'https://github.com/kube-vip/kube-vip/issues';

/** What is wrong with single releases; those below 1.1 have more than these. */
const BAD: Readonly<Record<string, string>> = {
  '1.0.1': `stops electing a holder (${ISSUE}/1377)`,
  '1.0.2': `stops electing a holder (${ISSUE}/1377)`,
  '1.0.3': `stops electing a holder (${ISSUE}/1377)`,
  '1.0.4': `keeps the virtual IP when it is told to end (${ISSUE}/1413)`,
  '1.1.2': `takes the virtual IP off its interface (${ISSUE}/1533)`,
};

const BAD_WITH_BGP: Readonly<Record<string, string>> = {
  '1.1.0': `drops its routers as soon as it has added them (${ISSUE}/1466)`,
};

/** Why a release may not hold the virtual IP, if it may not. */
export function kubeVipFault(release: Release, bgp: boolean): string | undefined {
  const name = release.join('.');
  const [major, minor] = release;
  const known = BAD[name] ?? (bgp ? BAD_WITH_BGP[name] : undefined);
  if (known !== undefined) return known;
  return major < 1 || (major === 1 && minor < 1)
    ? 'is older than 1.1, which made leases long enough for an election of etcd and changed the names of settings'
    : undefined;
}
