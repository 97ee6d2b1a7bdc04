import type { Cluster } from '../cluster';
import { METALLB, tagOf } from '../releases';
import { subject } from './subject';

const RULES = {
  'image-not-by-digest': {
    cause: '`images.byDigest` is set, and an image in use has no digest',
    cure: 'Write `name:tag@sha256:...`',
  },
  'metallb-version': {
    cause: 'A MetalLB image has no tag, or another release than the CRDs in dist/',
    cure: 'Keep the tag beside a digest',
    severity: 'warning',
  },
} as const;

/** Images are pinned where the site asks for it, and match the manifests. */
export const images = subject(RULES, (cluster, report) => {
  if (cluster.images.byDigest) {
    for (const key of inUse(cluster)) {
      const image = cluster.images[key];
      if (image?.includes('@sha256:')) continue;
      report(
        'image-not-by-digest',
        image === undefined ? ['images', 'byDigest'] : ['images', key],
        image === undefined
          ? `images.${key} is not set, and its default has no digest`
          : `image ${JSON.stringify(image)} has no digest`,
        'write name:tag@sha256:..., with the digest that `skopeo inspect` or the registry shows',
      );
    }
  }
  if (!cluster.loadBalancer) return;
  for (const key of ['metallbController', 'metallbSpeaker'] as const) {
    const image = cluster.images[key];
    if (image === undefined || tagOf(image) === METALLB.version) continue;
    report(
      'metallb-version',
      ['images', key],
      `image ${JSON.stringify(image)} is not tagged ${METALLB.version}, the release of the CRDs and RBAC rules in dist/`,
      `tag it ${METALLB.version}, also beside a digest, or compare its manifest: npm run verify:metallb`,
    );
  }
});

type ImageKey = Exclude<keyof Cluster['images'], 'byDigest'>;

function inUse({ controlPlane, loadBalancer, power, ups }: Cluster): ImageKey[] {
  return [
    ...(controlPlane.provider === 'kube-vip' ? (['kubeVip'] as const) : []),
    ...(ups.length > 0 ? (['nut'] as const) : []),
    ...(ups.length > 0 && power.metrics ? (['nutExporter'] as const) : []),
    ...(loadBalancer ? (['metallbController', 'metallbSpeaker'] as const) : []),
  ];
}
