import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';

/** The passwords of NUT's two users, and by the key `server-<ups>` those for a UPS that a machine outside serves. */
export type NutPasswords = Readonly<Record<string, string>> & { readonly primary: string; readonly secondary: string };

/** Two new passwords of 160 random bits each. */
export const newPasswords = (): { primary: string; secondary: string } => ({
  primary: randomBytes(20).toString('hex'),
  secondary: randomBytes(20).toString('hex'),
});

/** The shortest password of our own upsd. */
const OWN_LENGTH = 8;

/**
 * Throws an Error for a password that NUT's files or the entrypoints could not carry, or a short one of our own upsd. How long the
 * others are is up to the NAS or the SNMP card that has them. Never shows the password.
 */
export function checkPassword(name: string, password: string): void {
  const least = name === 'primary' || name === 'secondary' ? OWN_LENGTH : 1;
  if (/^[A-Za-z0-9._~+-]{1,128}$/.test(password) && password.length >= least && !password.startsWith('-')) return;
  throw new Error(
    `the ${name} password is invalid; use ${least} to 128 letters, digits and . _ ~ + -, not starting with -`,
  );
}

/** The Secret that the pods of both roles read, as YAML for `kubectl apply -f -`. The only text of this project with a secret in it. */
export function nutSecret(name: string, passwords: NutPasswords): string {
  for (const [key, password] of Object.entries(passwords)) checkPassword(key, password);
  return stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'nut' },
    type: 'Opaque',
    stringData: { ...passwords },
  });
}
