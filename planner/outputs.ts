import { unzipSync, zipSync } from 'fflate';
import type { Cluster } from '../lib/cluster';
import { gitopsFiles } from '../lib/gitops';
import { buildSite } from '../lib/synth';

/** Paths below the folder of the project, to texts. */
export type Outputs = ReadonlyMap<string, string>;

/** Every file that synth writes for the site. Pure. */
export function outputsOf(cluster: Cluster): Outputs {
  const { dist, hosts } = buildSite(cluster);
  const gitops = gitopsFiles([{ cluster, folder: '', dist: new Set(dist.keys()) }]);
  return new Map(
    Object.entries({ dist, hosts, gitops }).flatMap(([folder, files]) =>
      [...files].map(([name, text]) => [`${folder}/${name}`, text] as const),
    ),
  );
}

/** The earliest time that zip knows, so that equal files make equal zips. */
const EPOCH = new Date(1980, 0, 1);

/** The outputs and their cluster.yaml as one zip. */
export function zipOf(text: string, outputs: Outputs): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const files = [['cluster.yaml', text] as const, ...outputs];
  return zipSync(Object.fromEntries(files.map(([name, content]) => [name, encoder.encode(content)])), { mtime: EPOCH });
}

/** The texts of a zip by their paths. Throws an Error if the bytes are no zip. */
export const unzipped = (bytes: Uint8Array): Outputs =>
  new Map(
    Object.entries(unzipSync(bytes))
      .filter(([name]) => !name.endsWith('/'))
      .map(([name, content]) => [name, new TextDecoder().decode(content)]),
  );

type State = 'same' | 'changed' | 'added' | 'gone';

/** One path of the outputs, of the earlier ones, or of both. */
export interface Compared {
  readonly path: string;
  readonly state: State;
  readonly before: string | undefined;
  readonly now: string | undefined;
}

/**
 * The outputs beside earlier ones.
 *
 * @param earlier files by paths with or without the folder of the project; a file without folder is that of its name
 */
export function compare(outputs: Outputs, earlier: Outputs): Compared[] {
  const found = new Map([...earlier].flatMap(([path, text]) => placesOf(path, outputs).map((place) => [place, text])));
  const isWhole = [...earlier.keys()].some((path) => path.includes('/'));
  const gone = isWhole ? [...found.keys()].filter((path) => !outputs.has(path)) : [];
  return [...outputs.keys(), ...gone].map((path) => {
    const [before, now] = [found.get(path), outputs.get(path)];
    return { path, before, now, state: stateOf(before, now, isWhole) };
  });
}

function stateOf(before: string | undefined, now: string | undefined, isWhole: boolean): State {
  if (now === undefined) return 'gone';
  if (before === undefined) return isWhole ? 'added' : 'same';
  return before === now ? 'same' : 'changed';
}

/** The path below the folder of the project; undefined if synth writes no such path: node_modules/ has folders named dist/ too. */
export const outputPath = (path: string): string | undefined =>
  /^(?:[^/]+\/)?((?:dist|hosts|gitops)\/.*)$/.exec(path)?.[1];

function placesOf(path: string, outputs: Outputs): string[] {
  const below = outputPath(path);
  if (below !== undefined) return [below];
  return path.includes('/') ? [] : [...outputs.keys()].filter((output) => output.endsWith(`/${path}`));
}
