import type { Ups } from '../cluster';
import { type Address, parseAddress } from '../network';
import { hasHostAsPort } from '../power';

/**
 * Addresses on the network that belong to a UPS, with their owners: of the outside host that serves it or of its network card, and of
 * its clients. None for one with a USB or serial cable and nodes only.
 */
export function upsAddresses(ups: Ups): { readonly address: Address; readonly owner: string }[] {
  const { name, server, driver, port, clients } = ups;
  const own = server?.address ?? (driver !== undefined && hasHostAsPort(driver) ? hostAddress(port) : undefined);
  return [
    ...(own ? [{ address: own, owner: `UPS "${name}"` }] : []),
    ...clients.map((client) => ({ address: client.address, owner: `client "${client.name}"` })),
  ];
}

/** The address in `192.168.10.20`, `192.168.10.20:161`, `http://192.168.10.20/` or `[fd00::20]:161`. */
export function hostAddress(port: string): Address | undefined {
  const host = port.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, '');
  const text = host.match(/^\[(.*)\](?::\d+)?$/)?.[1] ?? host.match(/^([^:]*):\d+$/)?.[1] ?? host;
  try {
    return parseAddress(text);
  } catch {
    return undefined;
  }
}
