/** The tag of an image, if it has one: `v1.2.3` of `ghcr.io/kube-vip/kube-vip:v1.2.3@sha256:...`. The port of a registry is none. */
export const tagOf = (image: string): string | undefined => /:([^:/]+)$/.exec(image.replace(/@.*$/, ''))?.[1];

/**
 * The version of the software in an image, if its tag tells: a tag that begins like a version, without the revision that Alpine and
 * those who pack for it put behind. What else a tag may say, such as a date, is nobody's version.
 */
export function versionOf(image: string): string | undefined {
  const tag = tagOf(image)?.replace(/-r\d+$/, '') ?? '';
  return /^v?\d+(?:\.\d+)+(?:[-.]?[0-9A-Za-z]+)*$/.test(tag) && tag.length <= 63 ? tag : undefined;
}
