import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';

/** Passwords by Secret key: `primary`, `secondary`, `server-<ups>`, `driver-<ups>-<option>` and `notify-<receiver>-<field>`. */
export type NutPasswords = Readonly<Record<string, string>> & { readonly primary: string; readonly secondary: string };

/** Two new passwords of 160 random bits each. */
export const newPasswords = (): { primary: string; secondary: string } => ({
  primary: randomBytes(20).toString('hex'),
  secondary: randomBytes(20).toString('hex'),
});

/** Minimum length for our own upsd. */
const OWN_LENGTH = 8;

/**
 * Checks a password without showing it. The minimum length applies to our own upsd; others are set by a NAS or an SNMP card.
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

/** The Secret of the pods as YAML for `kubectl apply -f -`. */
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
