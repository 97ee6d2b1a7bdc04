export { apply } from './apply';
export { readDist } from './dist';
export { type KubeconfigOptions, writeKubeconfig } from './kubeconfig';
export { Progress } from './progress';
export { siteServers } from './site-servers';
export { compareObjects, isEqual } from './verify/differences';
export { readManifest } from './verify/manifest';
export { defaultObjects, siteObjects } from './verify/own-objects';
export { comparisonText } from './verify/report';
