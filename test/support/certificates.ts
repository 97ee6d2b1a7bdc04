import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** A certificate and its key, each base64 of PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** An authority and what it signed. Made by openssl when called; takes about half a second. */
export interface Authority {
  readonly pair: Pair;
  /** A client certificate of the authority that ends in so many days; a negative number is in the past. */
  client(days: number): Pair;
}

/** A certificate authority that ends in so many days. `within` gets it and may use it until it returns. */
export function withAuthority<T>(days: number, within: (authority: Authority) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const newKey = (name: string) =>
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  const base64 = (file: string) => readFileSync(join(folder, file)).toString('base64');
  const pair = (name: string): Pair => ({ certificate: base64(`${name}.crt`), key: base64(`${name}.key`) });
  try {
    newKey('ca');
    openssl('req', '-new', '-key', 'ca.key', '-subj', '/CN=k3s-server-ca', '-out', 'ca.csr');
    openssl('x509', '-req', '-in', 'ca.csr', '-signkey', 'ca.key', '-days', String(days), '-out', 'ca.crt');
    return within({
      pair: pair('ca'),
      client: (clientDays) => {
        newKey('client');
        openssl(
          'req',
          '-new',
          '-key',
          'client.key',
          '-subj',
          '/O=system:masters/CN=system:admin',
          '-out',
          'client.csr',
        );
        const signed = ['x509', '-req', '-in', 'client.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
        openssl(...signed, '-days', String(clientDays), '-out', 'client.crt');
        return pair('client');
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A kubeconfig as k3s writes it: all names are `default` and the server is the local host. */
export const k3sYaml = (authority: string, client: Pair): string =>
  stringify({
    apiVersion: 'v1',
    clusters: [
      { cluster: { 'certificate-authority-data': authority, server: 'https://127.0.0.1:6443' }, name: 'default' },
    ],
    contexts: [{ context: { cluster: 'default', user: 'default' }, name: 'default' }],
    'current-context': 'default',
    kind: 'Config',
    preferences: {},
    users: [
      { name: 'default', user: { 'client-certificate-data': client.certificate, 'client-key-data': client.key } },
    ],
  });
