/** Stands as a comment in the first or second line of every file of hosts/: by it synth knows the files it may replace and delete. */
export const WRITTEN_BY = 'Written by npm run synth from cluster.yaml; change that and run it again.';

const COMMENTS: ReadonlySet<string> = new Set([`# ${WRITTEN_BY}`, `! ${WRITTEN_BY}`, `<!-- ${WRITTEN_BY} -->`]);

/** True for the text of a file that carries the mark, and not for one that merely speaks of it. */
export const isWrittenBySynth = (text: string): boolean =>
  text.split('\n', 2).some((line) => COMMENTS.has(line.trimEnd()));
