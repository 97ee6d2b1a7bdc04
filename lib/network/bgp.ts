import { quoted } from '../text';

/** Limits of BGP and of MetalLB's native implementation. */

/** AS numbers have 32 bits (RFC 6793); 0 is none. */
export const MAX_ASN = 4_294_967_295;
/** Maximum in the CRD of BGPPeer. */
export const MAX_PEER_PORT = 16_384;
/** RFC 4271 4.2: 16 bits; 1 and 2 are invalid, and 0 disables the timeout. */
export const MIN_HOLD_SECONDS = 3;
export const MAX_HOLD_SECONDS = 65_535;
/** Maximum of the one path attribute that MetalLB's native mode writes. */
export const MAX_COMMUNITIES = 63;

const inBits = (numbers: readonly string[], bits: number): boolean =>
  numbers.every((text) => /^\d{1,10}$/.test(text) && Number(text) < 2 ** bits);

/** Whether the text is a community of two 16-bit numbers, such as 65535:65282 (RFC 1997). */
const isStandardCommunity = (text: string): boolean => {
  const parts = text.split(':');
  return parts.length === 2 && inBits(parts, 16);
};

/** Whether the text is a large community of three 32-bit numbers, such as large:64512:1:2 (RFC 8092). */
export const isLargeCommunity = (text: string): boolean => {
  const [marker, ...parts] = text.split(':');
  return marker === 'large' && parts.length === 3 && inBits(parts, 32);
};

/** Why MetalLB's native mode refuses the text as a community; undefined if it does not. */
export function communityFault(text: string): { readonly message: string; readonly cure: string } | undefined {
  if (isStandardCommunity(text)) return undefined;
  const cure = 'write two numbers up to 65535, such as 65535:65282';
  return isLargeCommunity(text)
    ? { message: `${quoted(text)} is a large community, which needs MetalLB's FRR modes`, cure }
    : { message: `${quoted(text)} is no BGP community`, cure };
}
