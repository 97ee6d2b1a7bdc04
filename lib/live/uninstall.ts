import type { Confirm } from './apply';
import { type ConnectionOptions, connectTo } from './connection';
import type { DistFile } from './dist';
import { ApplyError } from './kubectl';
import { Removal } from './remove';
import { ClusterObjects, siteOf } from './site-objects';

export interface UninstallOptions extends ConnectionOptions {
  readonly files: readonly DistFile[];
  readonly confirm: Confirm;
}

/**
 * Deletes every object of a site from its cluster.
 *
 * @returns a line for each object that stays
 * @throws ApplyError if it cannot continue, or a person does not agree
 */
export async function uninstall({ files, confirm, ...options }: UninstallOptions): Promise<readonly string[]> {
  const site = siteOf(files);
  const { kubectl, context, server } = await connectTo(options);
  options.progress.line(`context ${context}, ${server}`);
  const cluster = new ClusterObjects(kubectl);
  const objects = await cluster.ofSite(site);
  const pools = objects.filter(({ kind }) => kind === 'IPAddressPool').map(({ metadata: { name } }) => name);
  const holders = await cluster.holders(pools);
  const question = [
    ...objects.map(({ key }) => key),
    ...holders.map((holder) => `Service ${holder} loses its address`),
  ];
  if (objects.length > 0 && !(await confirm(question))) throw new ApplyError('nothing is deleted');
  const kept = await new Removal(kubectl, cluster, options.progress).of(objects, site);
  options.progress.line(`total: ${objects.length - kept.length} deleted`);
  return kept;
}
