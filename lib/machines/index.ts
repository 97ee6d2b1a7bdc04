export { type Checked, type Credentials, RENEWAL_DAYS, readCredentials } from './credentials';
export { etcdS3Secret, readEtcdS3Secret, type S3Access } from './etcd-s3';
export { KUBELET_DROP_IN, kubeletShutdown, LOGIND_DROP_IN, logindShutdown } from './graceful-shutdown';
export { type InstallVerb, installScript, OFFLINE_FOLDER } from './install-script';
export { K3OS_TOKEN_FILE, k3osInitArgs, k3osNode, k3osResetArgs } from './k3os';
export {
  agentConfig,
  joinUrl,
  NODES_FOLDER,
  nodeConfig,
  REGISTRIES,
  registriesFile,
  SNAPSHOT_HOURS,
  serverConfig,
} from './k3s-config';
export {
  K3S_HA,
  K3S_HA_CONF,
  KUBE_VIP_MANIFEST,
  k3sHaConf,
  k3sHaDropIn,
  k3sHaDropInPath,
  k3sHaOpenrc,
  k3sHaScript,
  k3sHaUnits,
  k3sOpenrc,
  k3sOpenrcPath,
} from './k3s-ha';
export { type KeepalivedFile, keepalivedFiles } from './keepalived';
export { KILLPOWERD, killpowerdHash, killpowerFiles, needsKillpowerd } from './killpower';
export {
  clusterEntry,
  contextEntry,
  type Endpoint,
  endpointsOf,
  fillKubeconfig,
  kubeconfigTemplate,
  quoteTexts,
  userEntry,
  userOf,
} from './kubeconfig';
export { fetchCommand, loginAdvice, loginUser } from './login';
export { FILES_LIST, installedFiles, type MachineFile, type ServerAddOns } from './machine-files';
export { failoverTimes } from './node-failure';
export { listeners, listensOn } from './ports';
export { resetCommands, restoreOptions, SNAPSHOTS_FOLDER } from './reset';
export { newToken, readSshKeys, readToken, tokenLike } from './secrets';
export { SEED_SYSTEMS, type SeedSystem, seedFiles, seedSteps } from './seed';
export { SYSTEMS } from './systems';
export { type Span, vrrpHandover } from './vrrp';
