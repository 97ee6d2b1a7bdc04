import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { parseDocument } from 'yaml';

/** The credentials of the cluster's administrator. Each is base64 of PEM, as in a kubeconfig. */
export interface Credentials {
  readonly certificateAuthority: string;
  readonly clientCertificate: string;
  /** Secret. */
  readonly clientKey: string;
}

/** Valid credentials, or everything that is wrong with them. No message contains a credential. */
export type Checked =
  | { readonly credentials: Credentials; readonly validUntil: Date; readonly warnings: readonly string[] }
  | { readonly problems: readonly string[] };

/**
 * Every k3s renews a certificate when it starts within the last 90 days. Since May 2025 (v1.30.13, v1.31.9, v1.32.5, v1.33.1) it does
 * so within 120 days, which is too early to warn: https://github.com/k3s-io/k3s/issues/12171.
 */
export const RENEWAL_DAYS = 90;

const DAY = 24 * 60 * 60 * 1000;
const FRESH_COPY = 'copy /etc/rancher/k3s/k3s.yaml from a server again';

type Entry = { readonly [key: string]: unknown };

/**
 * Reads the administrator's credentials from the kubeconfig of k3s (/etc/rancher/k3s/k3s.yaml) and checks them: all three are inline,
 * the certificates are valid at `now`, and the key matches the certificate.
 *
 * @param text the kubeconfig; of several contexts the one of current-context is used
 * @param now the time of the check
 */
export function readCredentials(text: string, now: Date): Checked {
  const found = chosenEntries(text);
  if ('problems' in found) return found;
  const { cluster, user } = found;
  const problems: string[] = [];
  const inline = (entry: Entry, key: string): string => {
    const value = entry[`${key}-data`];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    problems.push(
      entry[key] === undefined
        ? `it has no ${key}-data; ${FRESH_COPY}`
        : `it has ${key}, a path, and no ${key}-data; inline it with "kubectl config view --raw --flatten"`,
    );
    return '';
  };
  const credentials = {
    certificateAuthority: inline(cluster, 'certificate-authority'),
    clientCertificate: inline(user, 'client-certificate'),
    clientKey: inline(user, 'client-key'),
  };
  const authorities = certificates(credentials.certificateAuthority, 'certificate-authority-data', problems);
  const [client] = certificates(credentials.clientCertificate, 'client-certificate-data', problems);
  const key = privateKey(credentials.clientKey, problems);
  if (client && key && !client.checkPrivateKey(key)) {
    problems.push(`client-key-data does not match client-certificate-data; ${FRESH_COPY}`);
  }

  const ofAuthorities = authorities.map((authority) => validity(authority, 'certificate authority', ROTATE, now));
  // during a rotation the old authority is listed beside the new one
  if (ofAuthorities.every((problem) => problem !== undefined)) problems.push(...ofAuthorities);
  const ofClient = client && validity(client, 'client certificate', RENEW, now);
  if (ofClient) problems.push(ofClient);

  if (problems.length > 0 || !client) return { problems };
  const ends = [client, ...authorities.filter((_, i) => !ofAuthorities[i])].map((one) => Date.parse(one.validTo));
  const validUntil = new Date(Math.min(...ends));
  return { credentials, validUntil, warnings: endsSoon(validUntil, now) };
}

const RENEW = `restart k3s on a server ("systemctl restart k3s"), which renews it, and ${FRESH_COPY}`;
const ROTATE = `replace it with "k3s certificate rotate-ca", then ${FRESH_COPY}`;

function endsSoon(validUntil: Date, now: Date): string[] {
  const days = Math.floor((validUntil.getTime() - now.getTime()) / DAY);
  return days < RENEWAL_DAYS
    ? [
        `the credentials expire in ${days} days, on ${day(validUntil)}; restart k3s on a server, which renews them, and run this again with the new k3s.yaml`,
      ]
    : [];
}

/** The cluster and the user of the context in use. */
function chosenEntries(text: string): { cluster: Entry; user: Entry } | { problems: string[] } {
  const refused = (...problems: string[]) => ({ problems });
  const document = parseDocument(text, { prettyErrors: false });
  // the parser's own messages may quote the text, which may be a key
  if (document.errors.length > 0) return refused(`it is not YAML; ${FRESH_COPY}`);
  const config: unknown = document.toJS();
  if (!isEntry(config) || (config['kind'] !== undefined && config['kind'] !== 'Config')) {
    return refused(`it is not a kubeconfig; give /etc/rancher/k3s/k3s.yaml of a server`);
  }
  const [clusters, users, contexts] = ['clusters', 'users', 'contexts'].map((key) => named(config[key]));
  if (!clusters?.size || !users?.size || !contexts?.size) {
    return refused(
      `it is not a kubeconfig with a cluster, a user and a context; give /etc/rancher/k3s/k3s.yaml of a server`,
    );
  }
  const current = config['current-context'];
  const context =
    typeof current === 'string' && contexts.has(current)
      ? contexts.get(current)?.['context']
      : contexts.size === 1
        ? [...contexts.values()][0]?.['context']
        : undefined;
  if (!isEntry(context)) {
    return refused(
      `it has ${contexts.size} contexts (${[...contexts.keys()].join(', ')}) and no current-context among them; choose one with "kubectl config use-context"`,
    );
  }
  const cluster = clusters.get(String(context['cluster']))?.['cluster'];
  const user = users.get(String(context['user']))?.['user'];
  if (!isEntry(cluster) || !isEntry(user)) {
    return refused(`its context names a cluster or a user that it does not have; ${FRESH_COPY}`);
  }
  return { cluster, user };
}

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The entries of a list by their name. */
const named = (list: unknown): Map<string, Entry> =>
  new Map((Array.isArray(list) ? list : []).filter(isEntry).map((entry) => [String(entry['name']), entry]));

/** Every certificate in base64 of PEM; none and a problem when one is malformed. */
function certificates(base64: string, key: string, problems: string[]): X509Certificate[] {
  if (base64 === '') return [];
  const pems = decoded(base64).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (pems.length > 0) return pems.map((pem) => new X509Certificate(pem));
  } catch {
    // the message below says more than the parser's
  }
  problems.push(`${key} holds no certificate; ${FRESH_COPY}`);
  return [];
}

function privateKey(base64: string, problems: string[]): KeyObject | undefined {
  if (base64 === '') return undefined;
  try {
    return createPrivateKey(decoded(base64));
  } catch {
    problems.push(`client-key-data holds no private key; ${FRESH_COPY}`);
    return undefined;
  }
}

const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');
const day = (date: Date): string => date.toISOString().slice(0, 10);

/** The problem with the validity period of a certificate, if any. */
function validity(certificate: X509Certificate, what: string, cure: string, now: Date): string | undefined {
  const from = new Date(certificate.validFrom);
  const to = new Date(certificate.validTo);
  const span = `valid from ${day(from)} to ${day(to)}, today is ${day(now)}`;
  if (now > to) return `the ${what} has expired (${span}); ${cure}`;
  if (now < from) return `the ${what} is not valid yet (${span}); correct the clock of this computer or of the server`;
  return undefined;
}
