import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const HASHES = { sha1, sha256 } as const;

/** `createHash` of node:crypto for texts, in place of that of a browser, which is asynchronous. */
export function createHash(name: keyof typeof HASHES) {
  const hash = HASHES[name].create();
  return {
    update(text: string) {
      hash.update(utf8ToBytes(text));
      return this;
    },
    digest: (_: 'hex') => bytesToHex(hash.digest()),
  };
}
