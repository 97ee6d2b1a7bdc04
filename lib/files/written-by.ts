/** A comment in line 1 or 2 of every file of hosts/ and gitops/, by which synth recognizes the files that it may replace and delete. */
export const WRITTEN_BY = 'Written by npm run synth from cluster.yaml; change that and run it again.';

const COMMENTS: ReadonlySet<string> = new Set([`# ${WRITTEN_BY}`, `! ${WRITTEN_BY}`, `<!-- ${WRITTEN_BY} -->`]);

/** Whether a text has the mark as its comment. */
export const isWrittenBySynth = (text: string): boolean =>
  text.split('\n', 2).some((line) => COMMENTS.has(line.trimEnd()));
