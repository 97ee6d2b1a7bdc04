/** The file of a site and the folder of its output, for the commands in its texts. */
export interface Origin {
  /** The file of the site. */
  readonly file: string;
  /** Whether commands need `--cluster` to find this file. */
  readonly named: boolean;
  /** The folder of the site below dist/ and hosts/, with a trailing slash; empty if they have one site. */
  readonly folder: string;
  /** The command that regenerates dist/ and hosts/. */
  readonly synth: string;
}

/** ./cluster.yaml, which every command reads by default. */
export const HERE: Origin = { file: 'cluster.yaml', named: false, folder: '', synth: 'npm run synth' };

/** A command of this project for the site, with `--cluster` if it is needed. */
export function npmRun(command: string, { file, named }: Origin, args: readonly string[] = []): string {
  const all = [...(named ? [`--cluster ${shellWord(file)}`] : []), ...args];
  return ['npm run', command, ...(all.length > 0 ? ['--', ...all] : [])].join(' ');
}

/** A text as one word of a shell. */
export const shellWord = (text: string): string =>
  /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
