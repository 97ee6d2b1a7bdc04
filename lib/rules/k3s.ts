import { type Cluster, type Problem, warning } from '../cluster';

/** The first minor release that reads kubelet.conf.d: https://docs.k3s.io/installation/configuration#kubelet-configuration-files. */
const KUBELET_DROP_INS = 32;

/** What the release of k3s has to bring. */
export function k3s({ versions }: Cluster): Problem[] {
  const [major = 1, minor = 0] = versions.k3s.replace(/^v/, '').split('.').map(Number);
  if (major > 1 || minor >= KUBELET_DROP_INS) return [];
  return [
    warning(
      'kubelet-too-old',
      ['versions', 'k3s'],
      `k3s ${versions.k3s} does not read the kubelet's settings in server/99-shutdown.conf, so a machine that halts ends its pods all at once`,
      `use v1.${KUBELET_DROP_INS} or newer`,
    ),
  ];
}
