import type { Cluster } from '../cluster';
import { urlHost } from '../network';

/** What happens when a machine outside of the cluster that serves a UPS, such as a NAS, falls silent: cells of a table. */
export interface ServedRows {
  /** After the machines here have heard that they are on battery. */
  readonly onBattery: readonly (readonly string[])[];
  /** Before that. */
  readonly before: readonly (readonly string[])[];
}

/**
 * One row each for every UPS with `server`. How the pods take silence: on battery the lease is not renewed, and upsmon waits DEADTIME;
 * a UPS that was last heard on line, or never, brings nobody down.
 *
 * @param stranded what to do with machines that stay off because their load was never cut
 */
export function servedRows({ ups }: Cluster, stranded: string): ServedRows {
  const served = ups.flatMap(({ name, server }) => (server ? [{ name, server }] : []));
  return {
    onBattery: served.map(({ name, server }) => [
      `${server.address.text}, its upsd or the network to it fails while ${name} is on battery`,
      `Every machine that needs ${name} goes down by DEADTIME or by its lease. Nobody here can tell ${name} to cut its load; if ${server.address.text} has not, it is as above`,
      stranded,
    ]),
    before: served.map(({ name, server }) => [
      `${server.address.text}, its upsd or the network to it has failed before the mains do`,
      `**Not clean.** ${name} was silent when the mains went, so it counts as neither on line nor on battery: on its account no machine takes a lease or goes down. They run until the battery is empty, or until ${server.address.text}, whom they do not hear, cuts the load`,
      `Before: treat a pod whose container \`second\` is not ready as an outage; its log says \`no data from ${name}@${urlHost(server.address)}:${server.port}\`. Bring that upsd back, or plug the cable into a machine that ${name} feeds, write \`node\` and \`driver\` in place of \`server\`, and synth and apply`,
    ]),
  };
}
