/** What the rules have to know of the MetalLB that lib/metallb installs; a test holds it to lib/metallb/version.ts. */
export const METALLB_RELEASE = 'v0.16.1';

/** TCP ports of the speakers on the network of the machines: metrics, health and gossip. */
export const SPEAKER_PORTS = [9120, 17472, 7946] as const;
