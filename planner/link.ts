import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';

const PREFIX = '#site=';
/** Bytes of text that no site has; a link that inflates to as many is refused. */
const TOO_LONG = 1_000_000;

/** The fragment of a link that holds a text: deflate in base64url. */
export function fragmentOf(text: string): string {
  const bytes = deflateSync(strToU8(text), { level: 9 });
  const base64 = btoa(strFromU8(bytes, true));
  return PREFIX + base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The text of a fragment; undefined without one. Throws an Error if it holds none. */
export function textOfFragment(fragment: string): string | undefined {
  if (!fragment.startsWith(PREFIX)) return undefined;
  const base64 = fragment.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/');
  const bytes = inflateSync(strToU8(atob(base64), true), { out: new Uint8Array(TOO_LONG) });
  if (bytes.length === 0 || bytes.length === TOO_LONG) throw new Error('the link holds no site; ask for it again');
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
