/** Longest text that is shown in full. */
const SHOWN = 64;

/** A text for a message: quoted, on one line, and shortened if it is long. */
export const quoted = (text: string): string =>
  text.length <= SHOWN
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, SHOWN))}... (${text.length} characters)`;
