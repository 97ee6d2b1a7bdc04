import { subject } from './subject';

const RULES = {
  'etcd-s3-too-old': { cause: '`k3s.etcdS3`: k3s before 1.31 may not read its settings from a Secret' },
  'kubelet-too-old': { cause: 'k3s before 1.32 does not stop pods in order at a halt', severity: 'warning' },
} as const;

/** The first minor release that reads kubelet.conf.d: https://docs.k3s.io/installation/configuration#kubelet-configuration-files. */
const KUBELET_DROP_INS = 32;

/** The first minor release of which every patch reads the Secret; https://docs.k3s.io/cli/etcd-snapshot: 1.30.4, 1.29.8, 1.28.13. */
const S3_SECRET = 31;

/** Features that the release of k3s must have. */
export const k3s = subject(RULES, ({ versions, k3s: { etcdS3 } }, report) => {
  const [major = 1, minor = 0] = versions.k3s.replace(/^v/, '').split('.').map(Number);
  if (etcdS3 && major === 1 && minor < S3_SECRET) {
    const message = `k3s ${versions.k3s} may not read the settings of S3 from a Secret`;
    report('etcd-s3-too-old', ['versions', 'k3s'], message, `use v1.${S3_SECRET} or newer, or remove k3s.etcdS3`);
  }
  if (major > 1 || minor >= KUBELET_DROP_INS) return;
  report(
    'kubelet-too-old',
    ['versions', 'k3s'],
    `k3s ${versions.k3s} does not read server/99-shutdown.conf, so a node that halts stops all its pods at once`,
    `use v1.${KUBELET_DROP_INS} or newer`,
  );
});
