import { z } from 'zod';
import { type Failover, type Lease, leaseOf } from './failover';
import * as format from './formats';
import type { RuleName } from './rule-names';

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

/** How kube-vip tells routers about the virtual IP. */
export const bgp = z.strictObject({
  localAS: asNumber.describe("AS number of the cluster's side; 64512 to 65534 are for private use."),
  holdTimeSeconds: z
    .number()
    .int()
    .min(3)
    .max(65_535)
    .default(9)
    .describe('How long a router goes on sending to a server it hears nothing from.'),
  peers: z.array(bgpPeer).min(1).describe('The routers, each told by every server that holds the virtual IP.'),
});

/** What keepalived is told beside the address. */
export const keepalived = z.strictObject({
  routerId: z
    .number()
    .int()
    .min(1)
    .max(255)
    .default(51)
    .describe('VRRP router ID. No other VRRP on the same network may have it, routers included.'),
});

/** The groups that only one provider reads. */
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

const PROVIDER_SETTING: RuleName = 'provider-setting';

/** Refuses settings that the chosen provider would not read. Here and not among the rules, which see defaults as if they were stated. */
export function refuseUnread({ value, issues }: z.core.ParsePayload<Stated>): void {
  for (const [key, reader] of READERS) {
    if (value[key] === undefined || value.provider === reader) continue;
    issues.push({
      code: 'custom',
      path: [key],
      input: value[key],
      message: `"${key}" is for provider ${reader}, and the provider is ${value.provider}; take it out, or set provider: ${reader}`,
      params: { rule: PROVIDER_SETTING },
    });
  }
}

/** Fills in what follows from the profile. */
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
