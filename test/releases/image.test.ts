import { tagOf, versionOf } from '../../lib/releases/image';

const DIGEST = `@sha256:${'0'.repeat(64)}`;

test.each([
  ['ghcr.io/kube-vip/kube-vip:v1.2.3', 'v1.2.3', 'v1.2.3'],
  [`ghcr.io/kube-vip/kube-vip:v1.2.3${DIGEST}`, 'v1.2.3', 'v1.2.3'],
  ['docker.io/instantlinux/nut-upsd:2.8.3-r4', '2.8.3-r4', '2.8.3'],
  ['kube-vip:v1.3.0-rc.1', 'v1.3.0-rc.1', 'v1.3.0-rc.1'],
  ['localhost:5000/nut', undefined, undefined],
  ['localhost:5000/nut:2.8.5', '2.8.5', '2.8.5'],
  [`nut${DIGEST}`, undefined, undefined],
  ['nut:mine', 'mine', undefined],
  ['nut:2026', '2026', undefined],
  ['nut:1.2_3', '1.2_3', undefined],
  [`nut:1.${'2'.repeat(70)}`, `1.${'2'.repeat(70)}`, undefined],
])('%s has tag %s and version %s', (image, tag, version) => {
  expect([tagOf(image), versionOf(image)]).toEqual([tag, version]);
});
