import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { k3sYaml } from '../../support/certificates';
import { command } from '../processes';

/** Names in every API server certificate of k3s. */
const ALWAYS = ['DNS:kubernetes', 'DNS:kubernetes.default', 'DNS:localhost', 'IP:127.0.0.1'];

/** Writes ca, server and client (.crt and .key) into a folder. Returns the k3s.yaml of a server with them. */
export async function writeCertificates(
  folder: string,
  addresses: readonly string[],
  names: readonly string[],
): Promise<string> {
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]) => command('openssl', ...args);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    ...['req', '-x509', ...key, '-keyout', file('ca.key'), '-out', file('ca.crt')],
    ...['-days', '3650', '-subj', '/CN=k3s-server-ca'],
  );
  const sign = async (name: string, subject: string, extensions: string) => {
    writeFileSync(file(`${name}.ext`), extensions);
    await openssl('req', ...key, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', subject);
    await openssl(
      ...['x509', '-req', '-in', file(`${name}.csr`), '-CA', file('ca.crt'), '-CAkey', file('ca.key')],
      ...['-CAcreateserial', '-days', '365', '-extfile', file(`${name}.ext`), '-out', file(`${name}.crt`)],
    );
  };
  const alternatives = [...ALWAYS, ...addresses.map((one) => `IP:${one}`), ...names.map((one) => `DNS:${one}`)];
  await sign('server', '/CN=k3s', `subjectAltName=${alternatives.join(',')}\nextendedKeyUsage=serverAuth\n`);
  await sign('client', '/O=system:masters/CN=system:admin', 'extendedKeyUsage=clientAuth\n');
  const base64 = (name: string): string => readFileSync(file(name)).toString('base64');
  return k3sYaml(base64('ca.crt'), { certificate: base64('client.crt'), key: base64('client.key') });
}
