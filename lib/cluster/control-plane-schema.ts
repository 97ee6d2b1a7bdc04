import * as z from 'zod';
import { type Failover, type Lease, leaseOf } from './failover';
import * as format from './formats';
import type { Rules } from './problem';

/** AS numbers are 32 bits wide (RFC 6793), and 0 is none (RFC 7607). */
const asNumber = z
  .number()
  .int()
  .min(1)
  .max(2 ** 32 - 1);

const bgpPeer = z.strictObject({
  peerAddress: format.address.describe('Address of the router.'),
  peerAS: asNumber.describe('AS number of the router.'),
  multihop: z.boolean().default(false).describe('true: the router is more than one hop away.'),
});

/** How kube-vip announces the VIP to routers. */
export const bgp = z.strictObject({
  localAS: asNumber.describe('AS number of the cluster; private: 64512 to 65534.'),
  holdTimeSeconds: z.number().int().min(3).max(65_535).default(9).describe('BGP hold time.'),
  peers: z.array(bgpPeer).min(1).describe('The routers. Every server that holds the VIP announces it to each.'),
});

/** Settings of keepalived. */
export const keepalived = z.strictObject({
  routerId: z.number().int().min(1).max(255).default(51).describe('VRRP router ID, unique on the network.'),
});

/** The groups that one provider reads. */
interface Stated {
  readonly provider: 'kube-vip' | 'keepalived' | 'external';
  readonly failover: Failover;
  readonly lease?: { readonly [Key in keyof Lease]?: number | undefined } | undefined;
  readonly bgp?: z.output<typeof bgp> | undefined;
  readonly keepalived?: z.output<typeof keepalived> | undefined;
}

const READERS = [
  ['lease', 'kube-vip'],
  ['bgp', 'kube-vip'],
  ['keepalived', 'keepalived'],
] as const satisfies readonly (readonly [keyof Stated, Stated['provider']])[];

export const PROVIDER_RULES = {
  'provider-setting': {
    cause: '`controlPlane.lease`, `bgp` or `keepalived` is set for a provider that does not read it',
  },
} as const satisfies Rules;

/** Rejects settings that the provider does not read. This is part of the form, because later rules cannot tell a default from a setting. */
export function refuseUnread({ value, issues }: z.core.ParsePayload<Stated>): void {
  for (const [key, reader] of READERS) {
    if (value[key] === undefined || value.provider === reader) continue;
    issues.push({
      code: 'custom',
      path: [key],
      input: value[key],
      message: `${key} is for provider ${reader}, and the provider is ${value.provider}; remove it, or set provider: ${reader}`,
      params: { rule: 'provider-setting' satisfies keyof typeof PROVIDER_RULES },
    });
  }
}

/** Fills in the lease of the failover profile and the defaults of keepalived. */
export function withProfile<T extends Stated>(stated: T) {
  const standard = leaseOf(stated.failover);
  return {
    ...stated,
    lease: {
      durationSeconds: stated.lease?.durationSeconds ?? standard.durationSeconds,
      renewSeconds: stated.lease?.renewSeconds ?? standard.renewSeconds,
      retrySeconds: stated.lease?.retrySeconds ?? standard.retrySeconds,
    } satisfies Lease,
    keepalived: stated.keepalived ?? keepalived.parse({}),
  };
}
