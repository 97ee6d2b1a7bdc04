import type { Ups } from '../cluster';
import { type Address, parseAddress } from '../network';
import { hasHostAsPort } from '../power';

/** Address of a UPS on the network: of the outside host that serves it, or of its network card. Undefined for one with a USB or serial cable. */
export const upsAddress = ({ server, driver, port }: Ups): Address | undefined =>
  server?.address ?? (driver !== undefined && hasHostAsPort(driver) ? hostAddress(port) : undefined);

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
