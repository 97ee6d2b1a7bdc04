/** Suffixes of the two families, each 1000 or 1024 times the one before, and what one of them is in thousandths. */
const DECIMAL = ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * The form in which the API server returns a quantity: without a fraction and with the largest suffix of its family that keeps it
 * whole. A manifest that says `1024Mi` gets `1Gi` back, and kubectl sees a difference at every apply.
 * Source: CanonicalizeBytes in https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
 *
 * @returns the text itself when it is no quantity
 */
export function canonicalQuantity(text: string): string {
  const [, digits, fraction = '', suffix = ''] = text.match(/^(\d+)(?:\.(\d+))?(m|[kMGTPE]|[KMGTPE]i)?$/) ?? [];
  if (digits === undefined) return text;
  const isBinary = suffix.endsWith('i');
  const family = isBinary ? BINARY : DECIMAL;
  const step = isBinary ? 1024n : 1000n;
  const unit = isBinary ? 1000n * 1024n ** BigInt(BINARY.indexOf(suffix)) : 1000n ** BigInt(DECIMAL.indexOf(suffix));
  const scale = 10n ** BigInt(fraction.length);
  const thousandths = (BigInt(digits + fraction) * unit + scale - 1n) / scale;
  if (thousandths === 0n) return '0';
  // a fraction of a byte has no binary suffix
  if (isBinary && thousandths % 1000n !== 0n) return `${thousandths}m`;
  let value = isBinary ? thousandths / 1000n : thousandths;
  let index = 0;
  while (value % step === 0n && index < family.length - 1) {
    value /= step;
    index++;
  }
  return `${value}${family[index]}`;
}
