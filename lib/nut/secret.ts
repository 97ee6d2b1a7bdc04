import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { parse, stringify } from 'yaml';
import { KEEP_ANNOTATIONS } from '../kube';

/** Passwords by Secret key: `primary`, `secondary`, `client-<name>`, `server-<ups>`, `driver-<ups>-<option>` and `notify-<receiver>-<field>`. */
export type NutPasswords = Readonly<Record<string, string>> & { readonly primary: string; readonly secondary: string };

/** A new password of 160 random bits. */
export const newPassword = (): string => randomBytes(20).toString('hex');

/** New passwords of the pods. */
export const newPasswords = (): { primary: string; secondary: string } => ({
  primary: newPassword(),
  secondary: newPassword(),
});

/** Minimum length for the pods. */
const OWN_LENGTH = 8;

/**
 * Checks a password without showing it. The minimum length applies to the pods; other hosts and SNMP cards have their own.
 *
 * @throws Error for a password that is too short, or invalid in NUT's files or the entrypoints
 */
export function checkPassword(name: string, password: string): void {
  if (name.startsWith('notify-')) {
    if (/^[!#-[\]-~]{1,512}$/.test(password)) return;
    throw new Error(`the ${name} value is invalid; use up to 512 ASCII characters without blanks, " and \\`);
  }
  const least = name === 'primary' || name === 'secondary' ? OWN_LENGTH : 1;
  if (/^[A-Za-z0-9._~+-]{1,128}$/.test(password) && password.length >= least && !password.startsWith('-')) return;
  throw new Error(
    `the ${name} password is invalid; use ${least} to 128 letters, digits and . _ ~ + -, not starting with -`,
  );
}

/** Metadata of a Secret of the pods, and of what a controller makes it from. Flux and Argo CD never delete it: pods need it to start. */
const metadataOf = (name: string) => ({ name, namespace: 'nut', annotations: KEEP_ANNOTATIONS });

/** A Secret of the pods as YAML. */
const secretText = (name: string, values: Readonly<Record<string, string>>): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataOf(name),
    type: 'Opaque',
    stringData: { ...values },
  });

/** The Secret with the passwords of the pods as YAML for `kubectl apply -f -`. */
export function nutSecret(name: string, passwords: NutPasswords): string {
  for (const [key, password] of Object.entries(passwords)) checkPassword(key, password);
  return secretText(name, passwords);
}

/**
 * The same Secret with new passwords for our own upsd, and its name. Those of other hosts and of drivers stay.
 *
 * @param text the Secret as kubectl or `sops decrypt` prints it
 * @throws Error if it is another object
 */
export function rotatedSecret(text: string): { readonly name: string; readonly text: string } {
  const {
    kind,
    metadata,
    data = {},
    stringData = {},
  } = (parse(text) ?? {}) as {
    readonly kind?: string;
    readonly metadata?: { readonly name?: string };
    readonly data?: Readonly<Record<string, string>>;
    readonly stringData?: Readonly<Record<string, string>>;
  };
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const);
  const values: Readonly<Record<string, string>> = { ...Object.fromEntries(decoded), ...stringData };
  if (kind !== 'Secret' || metadata?.name === undefined || !('primary' in values && 'secondary' in values)) {
    throw new Error(
      'standard input is not the Secret with the passwords of NUT; pipe it from kubectl get -o yaml or sops decrypt',
    );
  }
  return { name: metadata.name, text: nutSecret(metadata.name, { ...values, ...newPasswords() }) };
}

/**
 * The Secret with the certificate of upsd.
 *
 * @param addresses that clients connect to
 * @throws Error if a text is not PEM, or the certificate does not name one of the addresses or has another key
 */
export function tlsSecret(
  name: string,
  { certificate, key, authority }: Readonly<Record<'certificate' | 'key' | 'authority', string>>,
  addresses: readonly string[],
): string {
  const own = fromPem('certificate', () => new X509Certificate(certificate));
  fromPem('certificate of the authority', () => new X509Certificate(authority));
  const missing = addresses.filter((address) => own.checkIP(address) === undefined);
  if (missing.length > 0) {
    throw new Error(`the certificate does not name ${missing.join(', ')}; add each as a subjectAltName IP`);
  }
  if (!own.checkPrivateKey(fromPem('key', () => createPrivateKey(key)))) {
    throw new Error('the key is of another certificate; give its own');
  }
  return secretText(name, { 'tls.crt': certificate, 'tls.key': key, 'ca.crt': authority });
}

function fromPem<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new Error(`the ${what} is not PEM; give a file with -----BEGIN`);
  }
}

/**
 * An ExternalSecret that makes a Secret of the pods from a ClusterSecretStore. It has no secret. Source:
 * https://external-secrets.io/latest/api/externalsecret/
 *
 * @param entry name in the store; its properties are the keys of the Secret
 */
export const externalSecret = (name: string, keys: readonly string[], store: string, entry: string): string =>
  stringify({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: metadataOf(name),
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'ClusterSecretStore', name: store },
      target: { name },
      data: keys.map((key) => ({ secretKey: key, remoteRef: { key: entry, property: key } })),
    },
  });

/** What kubeseal printed, which Flux and Argo CD never delete. */
export function keptSealedSecret(text: string): string {
  const sealed = parse(text) as { readonly metadata: { readonly annotations?: object } };
  const annotations = { ...sealed.metadata.annotations, ...KEEP_ANNOTATIONS };
  return stringify({ ...sealed, metadata: { ...sealed.metadata, annotations } });
}
