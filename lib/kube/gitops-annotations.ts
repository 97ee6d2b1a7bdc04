/**
 * Keeps Flux and Argo CD from deleting an object that left Git, and Argo CD from deleting it together with its application.
 * kubectl ignores both.
 *
 * Sources: https://fluxcd.io/flux/components/kustomize/kustomizations/#prune
 * and https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
 */
export const KEEP_ANNOTATIONS: Readonly<Record<string, string>> = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
};

/**
 * Makes Argo CD apply an object after those of wave 0, which is every object without this annotation.
 *
 * Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
 */
export const LAST_WAVE_ANNOTATIONS: Readonly<Record<string, string>> = { 'argocd.argoproj.io/sync-wave': '1' };

/** Every annotation this folder adds for GitOps. None of them changes what MetalLB does. */
export const GITOPS_ANNOTATION_NAMES: readonly string[] = [
  ...Object.keys(KEEP_ANNOTATIONS),
  ...Object.keys(LAST_WAVE_ANNOTATIONS),
];
