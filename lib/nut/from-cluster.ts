import { urlHost } from '../cluster/address';
import { upsFeeding } from '../cluster/queries';
import type { Cluster, Ups } from '../cluster/schema';
import type { CabledUps } from './config';
import type { NutProps } from './nut';

/** The part of a site that NUT needs. */
export function nutProps(cluster: Cluster): NutProps {
  const fed = cluster.nodes.filter((node) => upsFeeding(cluster, node));
  return {
    upses: cluster.ups.map((ups) => cabled(cluster, ups)),
    fedNodes: fed.map(({ name, ups = '' }) => ({ name, ups })),
    unfedNodes: cluster.nodes.filter((node) => !fed.includes(node)).map(({ name }) => name),
    secretName: cluster.nut.secret,
    port: cluster.nut.port,
    killpowerPath: cluster.nut.killpowerPath,
    usbBusPath: cluster.nut.usbBusPath,
    privilegedSecondary: cluster.nut.privilegedSecondary,
    image: cluster.images.nut,
  };
}

function cabled(cluster: Cluster, ups: Ups): CabledUps {
  const [first, ...others] = cluster.nodes.find(({ name }) => name === ups.node)?.address ?? [];
  if (!first)
    throw new Error(`the cable of "${ups.name}" goes to "${ups.node}", which is no node here; name one of the nodes`);
  return { ...ups, addresses: [urlHost(first), ...others.map(urlHost)] };
}
