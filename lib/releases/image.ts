/** The tag of an image, such as `v1.2.3` of `ghcr.io/kube-vip/kube-vip:v1.2.3@sha256:...`. */
export const tagOf = (image: string): string | undefined => /:([^:/]+)$/.exec(image.replace(/@.*$/, ''))?.[1];

/**
 * The version in the tag of an image, without a package revision such as `-r4`. Undefined for other tags, such as dates.
 */
export function versionOf(image: string): string | undefined {
  const tag = tagOf(image)?.replace(/-r\d+$/, '') ?? '';
  return /^v?\d+(?:\.\d+)+(?:[-.]?[0-9A-Za-z]+)*$/.test(tag) && tag.length <= 63 ? tag : undefined;
}
