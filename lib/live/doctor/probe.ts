import { get } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Answer } from './rows';

const TIMEOUT_MS = 5000;

/**
 * Asks an API server for its version and reads its certificate, without credentials and without trust in it. k3s refuses such a request
 * with a Status; everything else, such as a proxy, answers with neither.
 */
export const probe = (url: string): Promise<Answer> =>
  new Promise((resolve) => {
    const options = { rejectUnauthorized: false, agent: false, timeout: TIMEOUT_MS } as const;
    const request = get(`${url}/version`, options, (response) => {
      const validTo = new Date((response.socket as TLSSocket).getPeerCertificate().valid_to);
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve(isApi(text) ? { validTo } : { problem: 'answers, but is no Kubernetes API' }));
    });
    request.once('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.once('error', ({ message }) => resolve({ problem: `does not answer (${message})` }));
  });

function isApi(text: string): boolean {
  try {
    const answer = JSON.parse(text) as { readonly kind?: unknown; readonly gitVersion?: unknown } | null;
    return answer?.kind === 'Status' || typeof answer?.gitVersion === 'string';
  } catch {
    return false;
  }
}
