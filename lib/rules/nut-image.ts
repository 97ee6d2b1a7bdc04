import type { Cluster } from '../cluster';
import { tagOf } from '../releases';
import { subject } from './subject';

const RULES = {
  'logind-image': {
    cause: 'The default image has no dbus-send (`power.actuator: logind`) and no openssl (`power.tlsSecret`)',
    cure: 'Set `images.nut` to a build of `images/nut/Containerfile`',
  },
  'tls-image': {
    cause: 'The default image has no dbus-send (`power.actuator: logind`) and no openssl (`power.tlsSecret`)',
    cure: 'Set `images.nut` to a build of `images/nut/Containerfile`',
  },
  'nut-too-old': {
    breaks: 'needless',
    cause:
      'NUT before 2.8 has no roles primary and secondary; 2.8.1 and 2.8.2 shut down at any loss of a UPS on battery',
    cure: 'Use 2.8.0, or 2.8.3 or newer',
  },
} as const;

/** The default image, from any registry and by any tag: NUT and busybox, and little else. */
const isDefault = ({ images }: Cluster): boolean =>
  images.nut === undefined || /instantlinux\/nut-upsd\b/.test(images.nut);

const BUILD = 'build images/nut/Containerfile, push it and set images.nut';

/** Releases before 2.8. A tag of `git describe`, such as 2.7.4-2479-g86a3223, is a version in between, which may support the roles. */
const BEFORE_PRIMARY = /^v?(2\.[0-7]\.\d+)(?![\d.]|-\d+-g)/;

/** Releases whose upsmon declares a shutdown as soon as it loses a UPS on battery, without DEADTIME: upsd restarted on battery is enough. */
const WITHOUT_DEADTIME = /^v?(2\.8\.[12])(?![\d.]|-\d+-g)/;

/** The NUT image has what this site uses. */
export const nutImage = subject(RULES, (cluster, report) => {
  const { nodes, power, images } = cluster;
  if (nodes.every(({ ups }) => ups.length === 0)) return;
  if (power.actuator === 'logind' && isDefault(cluster)) {
    report(
      'logind-image',
      ['power', 'actuator'],
      'actuator logind needs dbus-send, which the default NUT image does not have',
      `${BUILD}, or use actuator killpowerd`,
    );
  }
  if (power.tlsSecret !== undefined && isDefault(cluster)) {
    report(
      'tls-image',
      ['power', 'tlsSecret'],
      'upsmon with TLS needs openssl, which the default NUT image does not have',
      `${BUILD}, or remove tlsSecret`,
    );
  }
  const tag = tagOf(images.nut ?? '') ?? '';
  for (const [releases, what] of [
    [BEFORE_PRIMARY, 'takes the primary for a secondary and never declares a shutdown'],
    [WITHOUT_DEADTIME, 'declares a shutdown as soon as it loses a UPS on battery, as while upsd restarts'],
  ] as const) {
    const [, release] = releases.exec(tag) ?? [];
    if (release === undefined) continue;
    report(
      'nut-too-old',
      ['images', 'nut'],
      `the tag names NUT ${release}, which ${what}`,
      'use an image with NUT 2.8.0, or with 2.8.3 or newer, remove images.nut, or change the tag if it is no NUT release',
    );
  }
});
