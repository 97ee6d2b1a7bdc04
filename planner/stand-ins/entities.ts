/**
 * The character of a name in Markdown, such as `amp`; false for an unknown one. In place of decode-named-character-reference, whose
 * module for browsers needs a document when it is loaded, which a worker has not.
 */
export function decodeNamedCharacterReference(name: string): string | false {
  const text = new DOMParser().parseFromString(`&${name};`, 'text/html').body.textContent ?? '';
  return text === `&${name};` ? false : text;
}
