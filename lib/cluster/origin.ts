/** Where a site stands and where its files go, as far as texts that tell a person what to run need it. */
export interface Origin {
  /** The file of the site. */
  readonly file: string;
  /** Whether commands have to be told with `--cluster` that they are for this file. */
  readonly named: boolean;
  /** The folder of the site below dist/ and hosts/, with a slash at its end; empty where they hold one site. */
  readonly folder: string;
  /** The command that writes dist/ and hosts/ anew. */
  readonly synth: string;
}

/** ./cluster.yaml, which every command takes by itself. */
export const HERE: Origin = { file: 'cluster.yaml', named: false, folder: '', synth: 'npm run synth' };

/** A command of this project for the site, with `--cluster` where it has to be told. */
export function npmRun(command: string, { file, named }: Origin, args: readonly string[] = []): string {
  const all = [...(named ? [`--cluster ${shellWord(file)}`] : []), ...args];
  return ['npm run', command, ...(all.length > 0 ? ['--', ...all] : [])].join(' ');
}

/** A text as one word of a shell. */
export const shellWord = (text: string): string =>
  /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
