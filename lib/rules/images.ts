import { type Cluster, error, type Problem, warning } from '../cluster';
import { METALLB, tagOf } from '../releases';

/** Images that decide what runs, and fit what else is installed. */
export const images = (cluster: Cluster): Problem[] => [...byDigest(cluster), ...metallb(cluster)];

/** With `images.byDigest`, what runs is decided by this file alone: a tag can be moved to another image, a digest cannot. */
function byDigest(cluster: Cluster): Problem[] {
  if (!cluster.images.byDigest) return [];
  return inUse(cluster).flatMap((key) => {
    const image = cluster.images[key];
    if (image?.includes('@sha256:')) return [];
    return [
      error(
        'image-not-by-digest',
        image === undefined ? ['images', 'byDigest'] : ['images', key],
        image === undefined
          ? `images.${key} is not set, and the default is a tag`
          : `${JSON.stringify(image)} is not pinned by a digest`,
        'write name:tag@sha256:..., with the digest that `skopeo inspect` or the registry shows',
      ),
    ];
  });
}

type ImageKey = Exclude<keyof Cluster['images'], 'byDigest'>;

function inUse({ controlPlane, loadBalancer, power, ups }: Cluster): ImageKey[] {
  return [
    ...(controlPlane.provider === 'kube-vip' ? (['kubeVip'] as const) : []),
    ...(ups.length > 0 ? (['nut'] as const) : []),
    ...(ups.length > 0 && power.metrics ? (['nutExporter'] as const) : []),
    ...(loadBalancer ? (['metallbController', 'metallbSpeaker'] as const) : []),
  ];
}

/** Definitions, rights and the webhook are those of one release, and a controller or speaker of another may miss something in them. */
function metallb(cluster: Cluster): Problem[] {
  if (!cluster.loadBalancer) return [];
  return (['metallbController', 'metallbSpeaker'] as const).flatMap((key) => {
    const image = cluster.images[key];
    if (image === undefined || tagOf(image) === METALLB.version) return [];
    return [
      warning(
        'metallb-version',
        ['images', key],
        `${JSON.stringify(image)} is not tagged ${METALLB.version}, and the definitions and rights here are those of that release`,
        `use ${METALLB.version}, also beside a digest, or see what its own manifest differs in: npm run verify:metallb`,
      ),
    ];
  });
}
