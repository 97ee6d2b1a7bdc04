import { ClusterError } from '../cluster';
import { FileError } from '../files';
import { endpointsOf } from '../machines';
import { readSites } from '../site';
import { ApplyError } from './kubectl';

/**
 * URLs of the API servers of a site.
 *
 * @param name the site; default: all sites of CLUSTER, clusters/ or cluster.yaml
 * @throws ApplyError if no site can be read
 */
export function siteServers(name?: string): string[] {
  try {
    return readSites()
      .clusters.filter((cluster) => name === undefined || cluster.name === name)
      .flatMap((cluster) => endpointsOf(cluster).map(({ server }) => server));
  } catch (error) {
    if (!(error instanceof ClusterError || error instanceof FileError)) throw error;
    throw new ApplyError(
      `${error.message}\nthe current context cannot be checked without the site; name the context: --context NAME`,
    );
  }
}
