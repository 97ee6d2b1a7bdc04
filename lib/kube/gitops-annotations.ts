/**
 * Prevents Flux and Argo CD from deleting an object that left Git, and Argo CD from deleting it with its application.
 *
 * Sources: https://fluxcd.io/flux/components/kustomize/kustomizations/#prune
 * and https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
 */
export const KEEP_ANNOTATIONS: Readonly<Record<string, string>> = {
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
};

/**
 * Argo CD applies the object after wave 0, the wave of every object without this annotation.
 *
 * Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
 */
export const LAST_WAVE_ANNOTATIONS: Readonly<Record<string, string>> = { 'argocd.argoproj.io/sync-wave': '1' };

/** Every annotation for GitOps. None changes MetalLB. */
export const GITOPS_ANNOTATION_NAMES: readonly string[] = [
  ...Object.keys(KEEP_ANNOTATIONS),
  ...Object.keys(LAST_WAVE_ANNOTATIONS),
];
