import { type Cluster, error, type Problem } from '../cluster';
import { tagOf } from '../releases';

/** The image with NUT has what this site needs of it. */
export function nutImage(cluster: Cluster): Problem[] {
  if (!cluster.nodes.some(({ ups }) => ups.length > 0)) return [];
  return [...actuator(cluster), ...tls(cluster), ...version(cluster)];
}

/** The default image, from whatever registry and by whatever tag: NUT and busybox, and little else. */
const isDefault = ({ images }: Cluster): boolean =>
  images.nut === undefined || /instantlinux\/nut-upsd\b/.test(images.nut);

const BUILD = 'build images/nut/Containerfile, push it to a registry of yours and name it under images.nut';

function actuator(cluster: Cluster): Problem[] {
  if (cluster.power.actuator !== 'logind' || !isDefault(cluster)) return [];
  return [
    error(
      'logind-image',
      ['power', 'actuator'],
      'the actuator logind needs dbus-send in the image, and the default one has none',
      `${BUILD}, or use the actuator killpowerd`,
    ),
  ];
}

function tls(cluster: Cluster): Problem[] {
  if (cluster.power.tlsSecret === undefined || !isDefault(cluster)) return [];
  return [
    error(
      'tls-image',
      ['power', 'tlsSecret'],
      'TLS needs openssl in the image, by which upsmon finds the certificate authority, and the default one has none: upsmon would not start on any machine',
      `${BUILD}, or take tlsSecret out`,
    ),
  ];
}

/** Releases before 2.8; what `git describe` says, such as 2.7.4-2479-g86a3223, is a version in between, with or without the words. */
const BEFORE_PRIMARY = /^v?(2\.[0-7]\.\d+)(?![\d.]|-\d+-g)/;

function version({ images }: Cluster): Problem[] {
  const [, release] = BEFORE_PRIMARY.exec(tagOf(images.nut ?? '') ?? '') ?? [];
  if (release === undefined) return [];
  return [
    error(
      'nut-too-old',
      ['images', 'nut'],
      `by its tag the image has NUT ${release}, and NUT before 2.8 does not know the words primary and secondary: it takes the primary for a secondary, so nobody would declare a shutdown`,
      'use an image with NUT 2.8 or newer, or leave images.nut out; where the tag counts something else, give the image another one',
    ),
  ];
}
