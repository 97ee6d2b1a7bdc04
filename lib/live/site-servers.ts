import { type Cluster, ClusterError, type Node } from '../cluster';
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
  const clusters = clustersOf(name);
  if (!(clusters instanceof Error))
    return clusters.flatMap((cluster) => endpointsOf(cluster).map(({ server }) => server));
  throw new ApplyError(
    `${clusters.message}\nthe current context cannot be checked without the site; name the context: --context NAME`,
  );
}

/** The nodes of a site as its file declares them, or why it cannot be read. */
export function declaredNodes(name: string): readonly Node[] | Error {
  const clusters = clustersOf(name);
  if (clusters instanceof Error) return clusters;
  return clusters[0]?.nodes ?? new Error(`no site file has the name "${name}"; set CLUSTER`);
}

function clustersOf(name?: string): readonly Cluster[] | Error {
  try {
    return readSites().clusters.filter((cluster) => name === undefined || cluster.name === name);
  } catch (error) {
    if (error instanceof ClusterError || error instanceof FileError) return error;
    throw error;
  }
}
