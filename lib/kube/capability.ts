import type { Capability } from 'cdk8s-plus-27';

/**
 * Linux capabilities in the spelling of the Kubernetes API. cdk8s-plus-27 spells them with `CAP_`, which container runtimes
 * prefix once more and then drop (https://github.com/cdk8s-team/cdk8s-plus/pull/4267), and has no name for all of them.
 */
export const NET_ADMIN = 'NET_ADMIN' as Capability;
export const NET_RAW = 'NET_RAW' as Capability;
export const ALL = 'ALL' as Capability;
