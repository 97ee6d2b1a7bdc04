import { join } from 'node:path';
import { FileError, projectFolder, readIfThere, writeWhole } from '../files';
import { command, exitStatus } from './program';

const PAGE = 'planner/index.html';
/** By which an earlier page is recognized. */
const TITLE = '<title>Planner of power-safe-k3s</title>';

function action({ out }: { readonly out: string }): void {
  const page = readIfThere(join(projectFolder(), PAGE));
  if (page === undefined) throw new FileError(`${PAGE}: does not exist; run npm run planner`);
  const old = readIfThere(out);
  if (old !== undefined && !old.includes(TITLE)) {
    throw new FileError(`${out}: is another file; move it, or name another with --out`);
  }
  writeWhole(out, page);
  console.log(`${out}: open it in a browser`);
}

export const plannerCommand = command('planner')
  .description('Writes a page that shows a site before it is built: pictures, a power failure, files and runbook.')
  .option('--out <file>', 'file to write', 'planner.html')
  .addHelpText(
    'after',
    `\n  power-safe-k3s planner --out planner.html\n\nThe page is one file and needs no network.\n\n${exitStatus('another file is there')}`,
  )
  .action(action);
