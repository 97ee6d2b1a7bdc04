/**
 * client-go stretches the pause between two tries by up to this factor:
 * https://pkg.go.dev/k8s.io/client-go/tools/leaderelection#LeaderElectionConfig.
 */
export const JITTER = 1.2;

/** True when the holder has time for more than one try: renew > 1.2 x retry, in seconds. client-go panics otherwise. */
export const outlastsRetries = (renewSeconds: number, retrySeconds: number): boolean =>
  // in tenths, so that no rounding decides at the boundary
  10 * renewSeconds > 10 * JITTER * retrySeconds;
