import { randomBytes } from 'node:crypto';
import { readText } from '../files';

/** A wrong input, in one line with its cure. */
class InputError extends Error {}

/** A full token of k3s: the hash of the CA, then user and password. https://docs.k3s.io/cli/token#secure */
const FULL_TOKEN = /^K10[0-9a-f]{64}::server:(.*)$/;
const LEAST_LENGTH = 16;
const LEAST_DIFFERENT = 8;

const MAKE_ONE = "make one: (umask 077; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n' > token)";

/** A new token: 256 random bits. */
export const newToken = (): string => randomBytes(32).toString('hex');

/** A token with another password, for the same CA if the token pins one. */
export const tokenLike = (token: string, password: string): string =>
  `${/^K10[0-9a-f]{64}::server:/.exec(token)?.[0] ?? ''}${password}`;

/** The token of a file. Throws an InputError for one that is empty, not one word, or easily guessed; the token is in no message. */
export function readToken(file: string): string {
  const token = readText(file).trim();
  if (token === '') throw new InputError(`${file}: the token is empty; ${MAKE_ONE}`);
  if (!/^[\x21-\x7e]+$/.test(token)) throw new InputError(`${file}: the token is not one word of ASCII; ${MAKE_ONE}`);
  const password = FULL_TOKEN.exec(token)?.[1] ?? token;
  if (password.length < LEAST_LENGTH || new Set(password).size < LEAST_DIFFERENT) {
    throw new InputError(
      `${file}: the token is weak; it needs ${LEAST_LENGTH} characters, ${LEAST_DIFFERENT} of them different; ${MAKE_ONE}`,
    );
  }
  return token;
}

/** https://man.openbsd.org/sshd#AUTHORIZED_KEYS_FILE_FORMAT, without options in front. */
const PUBLIC_KEY = /^(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+ AAAA[A-Za-z0-9+/=]+(?: [^\r\n]*)?$/;

/** The public SSH keys of a file, one a line. Throws an InputError when there is none, or when a line is no key. */
export function readSshKeys(file: string): string[] {
  const text = readText(file);
  if (text.includes('PRIVATE KEY')) {
    throw new InputError(`${file}: this is a private key; give the public one, which ends with .pub`);
  }
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const wrong = lines.findIndex((line) => !PUBLIC_KEY.test(line));
  if (wrong >= 0 || lines.length === 0) {
    throw new InputError(
      `${file}: ${lines.length === 0 ? 'it' : `entry ${wrong + 1}`} has no public SSH key; give a file like ~/.ssh/id_ed25519.pub`,
    );
  }
  return lines;
}
