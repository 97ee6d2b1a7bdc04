import { parse } from 'yaml';

/** The k3OS configuration keys that synth writes: https://github.com/rancher/k3os#configuration-reference. */
export interface K3osConfig {
  readonly write_files?: readonly { readonly path: string; readonly permissions: string; readonly content: string }[];
  readonly run_cmd?: readonly string[];
  readonly k3os?: { readonly k3s_args?: readonly string[]; readonly labels?: Readonly<Record<string, string>> };
}

/** Merges sources; later ones take precedence. A list or a map of strings is replaced as a whole. */
export function merged(...sources: readonly K3osConfig[]): K3osConfig {
  const k3os = Object.assign({}, ...sources.map((source) => source.k3os));
  return Object.assign({}, ...sources, { k3os });
}

/** The configuration of a file. */
export const fromFile = (text: string): K3osConfig => (parse(text, { version: '1.1' }) as K3osConfig | null) ?? {};

/** The configuration of a kernel command line: `k3os.key=value`, repeated for a list. */
export function fromCommandLine(line: string): K3osConfig {
  const k3os: Record<string, string[]> = {};
  for (const word of line.split(/\s+/)) {
    const [, key, value] = /^k3os\.([^=]+)=(.*)$/.exec(word) ?? [];
    if (key !== undefined && value !== undefined) k3os[key] = [...(k3os[key] ?? []), value];
  }
  return { k3os };
}
