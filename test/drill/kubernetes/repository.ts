import { cpSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Scenario } from '../scenario';
import type { Cluster } from './cluster';
import type { Site } from './site';

/** The indented lines of docs/gitops.md that begin with these words. */
export function guide(first: string): string {
  const blocks = readFileSync('docs/gitops.md', 'utf8').match(/(?:^ {4}.*\n)+/gm) ?? [];
  const block = blocks.find((text) => text.startsWith(`    ${first}`));
  if (block === undefined) throw new Error(`docs/gitops.md has no lines that begin with ${first}`);
  return block.replace(/^ {4}/gm, '');
}

/** Creates definitions of kinds, and waits until they are served. */
export async function define(cluster: Cluster, scenario: Scenario, files: readonly string[]): Promise<void> {
  await cluster.must('create', ...files.flatMap((file) => ['-f', file]));
  // kubectl wait fails at a definition that has no condition yet
  await scenario.wait('the definitions are served', 50_000, async () => {
    const { code } = await cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=5s');
    return code === 0;
  });
}

/** Puts what synth wrote for a site in place of what is in a repository. */
export function putSite(repository: string, site: Site): void {
  for (const name of ['dist', 'gitops']) {
    rmSync(join(repository, name), { recursive: true, force: true });
    cpSync(join(dirname(site.dist), name), join(repository, name), { recursive: true });
  }
}

/** Names of objects of a kind, such as `configmap/nut-config`. */
export async function namesOf(cluster: Cluster, ...words: readonly string[]): Promise<string[]> {
  const { stdout } = await cluster.kubectl('get', ...words, '-o', 'name');
  return stdout.split('\n').filter(Boolean);
}
