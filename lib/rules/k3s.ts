import { subject } from './subject';

const RULES = {
  'kubelet-too-old': { cause: 'k3s before 1.32 does not stop pods in order at a halt', severity: 'warning' },
} as const;

/** The first minor release that reads kubelet.conf.d: https://docs.k3s.io/installation/configuration#kubelet-configuration-files. */
const KUBELET_DROP_INS = 32;

/** Features that the release of k3s must have. */
export const k3s = subject(RULES, ({ versions }, report) => {
  const [major = 1, minor = 0] = versions.k3s.replace(/^v/, '').split('.').map(Number);
  if (major > 1 || minor >= KUBELET_DROP_INS) return;
  report(
    'kubelet-too-old',
    ['versions', 'k3s'],
    `k3s ${versions.k3s} does not read server/99-shutdown.conf, so a node that halts stops all its pods at once`,
    `use v1.${KUBELET_DROP_INS} or newer`,
  );
});
