import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { isWrittenBySynth, type Kind, withFile } from '../files';
import { GITOPS_FOLDERS } from '../gitops';
import { CHARTS } from './app';
import { HOST_FOLDERS } from './hosts';

const DIST_NAMES: ReadonlySet<string> = new Set(CHARTS.map((id) => `${id}.k8s.yaml`));

/** Files of dist/ are recognized by their names. */
export const DIST: Kind = { folders: [], isOurs: (path) => DIST_NAMES.has(basename(path)) };
/** Files of hosts/ and gitops/ are recognized by their mark. */
const marked = (folders: readonly string[]): Kind => ({
  folders,
  isOurs: (path) => withFile(path, () => isWrittenBySynth(readFileSync(path, 'utf8'))),
});
export const HOSTS = marked(HOST_FOLDERS);
export const GITOPS = marked(GITOPS_FOLDERS);
