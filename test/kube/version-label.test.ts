import { buildSite } from '../../lib/synth/app';
import { at } from '../metallb/support';
import { objectsOf } from '../support/objects';
import { site } from '../support/sites';

const LABEL = 'app.kubernetes.io/version';

/** The versions that the DaemonSets of a site and their pods are labelled with. */
const versions = (images: Parameters<typeof site>[0] = {}) =>
  Object.fromEntries(
    objectsOf(buildSite(site(images)).dist)
      .map(({ object }) => object)
      .filter(({ kind }) => kind === 'DaemonSet')
      .map((object) => [
        at(object, 'metadata.name'),
        [at(object, ['metadata', 'labels', LABEL]), at(object, ['spec', 'template', 'metadata', 'labels', LABEL])],
      ]),
  );

describe('the version label', () => {
  test('is that of the default image', () => {
    expect(versions()).toMatchObject({
      'kube-vip': ['v1.2.3', 'v1.2.3'],
      'nut-primary': ['2.8.3', '2.8.3'],
      'nut-secondary': ['2.8.3', '2.8.3'],
    });
  });

  test('is that of another image', () => {
    const images = { kubeVip: 'ghcr.io/kube-vip/kube-vip:v1.2.2', nut: 'docker.io/instantlinux/nut-upsd:2.8.5-r1' };
    expect(versions({ images })).toMatchObject({
      'kube-vip': ['v1.2.2', 'v1.2.2'],
      'nut-primary': ['2.8.5', '2.8.5'],
      'nut-secondary': ['2.8.5', '2.8.5'],
    });
  });

  test('is not there for an image that does not say', () => {
    expect(versions({ images: { nut: `nut@sha256:${'0'.repeat(64)}` } })).toMatchObject({
      'nut-primary': [undefined, undefined],
      'nut-secondary': [undefined, undefined],
    });
  });
});
