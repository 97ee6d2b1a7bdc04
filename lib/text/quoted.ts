/** Enough for every name and address, one too long included. */
const SHOWN = 64;

/** A text for a message: in quotes and on one line whatever it holds, and of a long one the beginning and the length. */
export const quoted = (text: string): string =>
  text.length <= SHOWN
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, SHOWN))}... (${text.length} characters)`;
