export { NET_ADMIN, NET_RAW } from './capability';
export { CHECKSUM_ANNOTATION, checksum } from './checksum';
export { GITOPS_ANNOTATION_NAMES, KEEP_ANNOTATIONS, LAST_WAVE_ANNOTATIONS } from './gitops-annotations';
export { type HostContainerProps, hostContainer } from './host-container';
export { HostDaemonSet, type HostDaemonSetProps } from './host-daemon-set';
export { type PodSecurityLevel, PodSecurityNamespace, type PodSecurityNamespaceProps } from './namespace';
export { isSpreadOverNodes, type SpreadAndTolerateOptions, spreadAndTolerate } from './spread-and-tolerate';
export { synthesize } from './synthesize';
export { CONTROL_PLANE_TOLERATIONS, EVERY_TAINT, leaveDeadNodeAfter } from './tolerations';
