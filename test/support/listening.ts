import { once } from 'node:events';
import type { Server } from 'node:net';

/** The port of this host on which a server listens, from now on. */
export async function portOf(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as { port: number }).port;
}
