/** Longest text that is shown in full. */
const SHOWN = 64;

/** A text for a message: quoted, on one line, and shortened if it is long. Without user and password of a URL. */
export function quoted(text: string): string {
  const shown = text.replace(/:\/\/.*@/, '://...@');
  return shown.length <= SHOWN
    ? JSON.stringify(shown)
    : `${JSON.stringify(shown.slice(0, SHOWN))}... (${shown.length} characters)`;
}
