import { reasonsBetween } from '../../lib/releases/changes';

test.each([
  ['0.1.0', '0.2.0', 'DaemonSet kube-system/kube-vip', 3],
  ['0.1.0', '0.2.0', 'Namespace nut', 1],
  ['0.2.0', '0.10.0', 'DaemonSet kube-system/kube-vip', 0],
  ['0.10.0', '0.2.0', 'DaemonSet kube-system/kube-vip', 0],
])('outputs of %s and %s have reasons for %s: %i', (from, to, object, count) => {
  expect(reasonsBetween(from, to, [object])).toHaveLength(count);
});
