import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isWrittenBySynth, type Kind, withFile } from '../files';
import { CHARTS } from './app';
import { HOST_FOLDERS } from './hosts';

const DIST_NAMES: ReadonlySet<string> = new Set(CHARTS.map((id) => `${id}.k8s.yaml`));

/** Files of dist/ are recognized by their names. */
export const DIST: Kind = { folders: [], isOurs: (path) => DIST_NAMES.has(basename(path)) };
/** Files of hosts/ are recognized by their mark. */
export const HOSTS: Kind = {
  folders: HOST_FOLDERS,
  isOurs: (path) => withFile(path, () => isWrittenBySynth(readFileSync(path, 'utf8'))),
};
