import { error, type Problem } from '../problem';
import type { Cluster } from '../schema';

/** With `images.byDigest`, what runs is decided by this file alone: a tag can be moved to another image, a digest cannot. */
export function images(cluster: Cluster): Problem[] {
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
