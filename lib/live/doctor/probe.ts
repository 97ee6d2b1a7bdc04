import { connect } from 'node:tls';
import type { Answer } from './rows';

const TIMEOUT_MS = 5000;

/** Connects to an API server and reads its certificate, without credentials and without trust in it. */
export const probe = (url: string): Promise<Answer> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false, timeout: TIMEOUT_MS }, () => {
      resolve({ validTo: new Date(socket.getPeerCertificate().valid_to) });
      socket.destroy();
    });
    const fail = (problem: string) => {
      resolve({ problem });
      socket.destroy();
    };
    socket.once('timeout', () => fail(`does not answer within ${TIMEOUT_MS / 1000} s`));
    socket.once('error', ({ message }) => fail(`does not answer (${message})`));
  });
