/** Phrases of the help texts. Without commander, because synth does not load it. */

/** `--cluster` of a command for one site. */
export const ONE_SITE = 'site file; default: $CLUSTER, else the only file in clusters/, else cluster.yaml';
/** `--cluster` of a command for one or more sites. */
export const SITES = 'site file, or folder of site files; default: $CLUSTER, else clusters/, else cluster.yaml';

export const exitStatus = (failed: string, done = 'done', usage = 'wrong usage'): string =>
  `Exit status: 0 ${done}, 1 ${failed}, 2 ${usage}.`;
