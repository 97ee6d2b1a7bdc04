import type { Capability } from 'cdk8s-plus-27';

/**
 * Linux capabilities as the Kubernetes API spells them. cdk8s-plus-27 adds `CAP_`, which container runtimes add again and then
 * ignore (https://github.com/cdk8s-team/cdk8s-plus/pull/4267), and has no name for ALL.
 */
export const NET_ADMIN = 'NET_ADMIN' as Capability;
export const NET_RAW = 'NET_RAW' as Capability;
export const ALL = 'ALL' as Capability;
