export * from './crds';
export * from './l2-advertisement';
export * from './metallb';
export * from './namespace';
export * from './pool';
export type { LabelRequirement, LabelSelector } from './selector';
export * from './version';
export * from './webhooks';
export { type MetalLbLogLevel, type MetalLbWorkloadProps, smallResources } from './workload';
