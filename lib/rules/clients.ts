import type { Client } from '../cluster';
import { sameAddress } from '../network';
import { PRIMARY_USER, SECONDARY_USER } from '../nut';
import { clientUser, fixedNames } from '../power';
import { subject } from './subject';

const RULES = {
  'client-taken': { cause: 'A client of a UPS has the name, user or address of another host' },
  'synology-names': { cause: 'A Synology connects only to a UPS named `ups` on port 3493, as user monuser' },
} as const;

/** Hosts outside the cluster are told apart by name, user and address, and can log in. */
export const clients = subject(RULES, ({ nodes, ups, nut }, report) => {
  const earlier: { readonly client: Client; readonly ups: string }[] = [];
  for (const [u, { name: upsName, clients: hosts }] of ups.entries()) {
    for (const [c, client] of hosts.entries()) {
      const path = ['ups', u, 'clients', c];
      const fixed = fixedNames(client);
      const user = clientUser(client);
      const taken = (key: 'name' | 'user' | 'address', what: string, cure: string): void =>
        report('client-taken', [...path, key], `${what} of client "${client.name}" is already taken`, cure);

      const others = earlier.map((one) => one.client);
      if ([...nodes, ...others].some(({ name }) => name === client.name)) {
        taken('name', 'the name', 'give each node and each client its own name');
      } else if (
        user === PRIMARY_USER ||
        user === SECONDARY_USER ||
        others.some((other) => clientUser(other) === user && !(fixed && fixedNames(other)))
      ) {
        taken('user', `user ${user}`, 'choose another user');
      }
      const isIts = (address: Client['address']): boolean => sameAddress(address, client.address);
      // a host with two supplies is a client of two UPSes
      const beside = earlier.filter((one) => one.ups === upsName).map((one) => one.client.address);
      if ([...nodes.flatMap(({ address }) => address), ...beside].some(isIts)) {
        taken('address', `address ${client.address.text}`, 'give it the address of that host');
      }
      earlier.push({ client, ups: upsName });

      if (!fixed) continue;
      const needs = (at: readonly (string | number)[], cure: string): void =>
        report('synology-names', at, `Synology "${client.name}" cannot log in to "${upsName}"`, cure);
      if (upsName !== fixed.ups) needs(['ups', u, 'name'], `name the UPS ${fixed.ups}, also in nodes[].ups`);
      if (nut.port !== fixed.port) needs(['nut', 'port'], `set nut.port to ${fixed.port}`);
      if (client.user !== undefined) needs([...path, 'user'], `remove user; it is ${fixed.user}`);
    }
  }
});
