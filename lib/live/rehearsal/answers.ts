import { connect } from 'node:net';

/** k3s, SSH, and the pages of a router. A port that refuses answers too; a firewall that drops all of them hides a host. */
const PORTS = [10250, 6443, 22, 80, 53];
const TIMEOUT_MS = 900;

/** Whether a host answers within a second: it accepts or refuses a TCP connection. */
export const answers = async (address: string, ports: readonly number[] = PORTS): Promise<boolean> =>
  (await Promise.all(ports.map((port) => answersAt(address, port)))).includes(true);

const answersAt = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code === 'ECONNREFUSED' || code === 'ECONNRESET'));
  });
