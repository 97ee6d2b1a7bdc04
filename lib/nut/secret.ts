import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';

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
