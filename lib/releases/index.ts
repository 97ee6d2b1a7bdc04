export { reasonsBetween } from './changes';
export { tagOf, versionOf } from './image';
export { K3S_HA_PORT } from './k3s-ha';
export { KUBE_VIP_VERSION, kubeVipFault, kubeVipRelease } from './kube-vip';
export { METALLB, METALLB_LABELS } from './metallb';
export { NUT_EXPORTER_IMAGE, NUT_IMAGE } from './nut';
