/** The tag of an image, also beside a digest: `v1.2.3` of `ghcr.io/kube-vip/kube-vip:v1.2.3@sha256:...`. Empty when it has none. */
export const tagOf = (image: string): string => /:([^:/@]+)$/.exec(image.replace(/@sha256:[0-9a-f]+$/, ''))?.[1] ?? '';
