import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { command } from '../processes';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** The certificate authority of a cluster, the key of its service accounts, and what they sign, in a folder. */
export class Pki {
  constructor(private readonly folder: string) {}

  /** A file of this folder: `ca.crt`, `api.key`. */
  file(name: string): string {
    return join(this.folder, name);
  }

  async start(): Promise<void> {
    const out = ['-keyout', this.file('ca.key'), '-out', this.file('ca.crt')];
    await command('openssl', 'req', '-x509', ...NEW_KEY, ...out, '-days', '30', '-subj', '/CN=drill-ca');
    await command('openssl', 'genrsa', '-out', this.file('sa.key'), '2048');
  }

  /** Writes `name`.crt and `name`.key. */
  async sign(name: string, subject: string, alternatives: readonly string[] = []): Promise<void> {
    const names = alternatives.length > 0 ? [`subjectAltName=${alternatives.join(',')}`] : [];
    writeFileSync(this.file(`${name}.ext`), [...names, 'extendedKeyUsage=serverAuth,clientAuth', ''].join('\n'));
    const request = this.file(`${name}.csr`);
    await command('openssl', 'req', ...NEW_KEY, '-keyout', this.file(`${name}.key`), '-out', request, '-subj', subject);
    await command(
      ...['openssl', 'x509', '-req', '-in', request, '-CA', this.file('ca.crt'), '-CAkey', this.file('ca.key')],
      ...['-CAcreateserial', '-days', '30', '-extfile', this.file(`${name}.ext`), '-out', this.file(`${name}.crt`)],
    );
  }

  /** Writes a kubeconfig with the certificate of this name for this server, and returns its path. */
  kubeconfig(name: string, certificate: string, server: string): string {
    const path = this.file(`${name}.kubeconfig`);
    const cluster = { server, 'certificate-authority-data': this.base64('ca.crt') };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'drill', cluster }],
      users: [{ name: 'drill', user: this.credentials(certificate) }],
      contexts: [{ name: 'drill', context: { cluster: 'drill', user: 'drill' } }],
      'current-context': 'drill',
    };
    writeFileSync(path, stringify(config), { mode: 0o600 });
    return path;
  }

  /** The text of a kubeconfig without credentials, with those of the administrator; `context` is the current one. */
  fillIn(template: string, context: string): string {
    const config = parse(template) as { clusters: { cluster: object }[]; users: object[] };
    return stringify({
      ...config,
      clusters: config.clusters.map((one) => ({
        ...one,
        cluster: { ...one.cluster, 'certificate-authority-data': this.base64('ca.crt') },
      })),
      users: config.users.map((one) => ({ ...one, user: this.credentials('admin') })),
      'current-context': context,
    });
  }

  /** A certificate and its key, as a kubeconfig has them. */
  private credentials(certificate: string): Record<string, string> {
    return {
      'client-certificate-data': this.base64(`${certificate}.crt`),
      'client-key-data': this.base64(`${certificate}.key`),
    };
  }

  private base64(name: string): string {
    return readFileSync(this.file(name)).toString('base64');
  }
}
