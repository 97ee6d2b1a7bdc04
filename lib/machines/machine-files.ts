import { createHash } from 'node:crypto';
import type { Cluster, Node } from '../cluster';
import { PROJECT_VERSION } from '../files';
import { KUBELET_DROP_IN, kubeletShutdown, LOGIND_DROP_IN, logindShutdown } from './graceful-shutdown';
import {
  agentConfig,
  NODES_FOLDER,
  nodeConfig,
  REGISTRIES,
  registriesFile,
  serverConfig,
  TOKEN_FILE,
} from './k3s-config';
import {
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
import { killpowerInstallation, needsKillpowerd, openrcService } from './killpower';
import { commentedFile } from './text';

/** A file on a host, by its installed path. */
export interface MachineFile {
  readonly path: string;
  /** Octal, as text. */
  readonly permissions: string;
  readonly content: string;
}

/** Files of other rooms for servers. */
export interface ServerAddOns {
  /** The manifest of kube-vip, which k3s-ha applies after the bootstrap. @default - none */
  readonly kubeVip?: string;
  /** Further files. @default - none */
  readonly files?: readonly MachineFile[];
}

/** Inputs of `npm run hosts` that are in no committed file. */
export interface Secrets {
  /** The cluster's token. @default - it is installed by hand */
  readonly token?: string;
  /** Public SSH keys. @default - none */
  readonly sshKeys?: readonly string[];
}

/** All files of a host with systemd, the same for all hosts of a role. */
export function machineFiles(
  cluster: Cluster,
  role: Node['role'],
  { kubeVip, files = [] }: ServerAddOns,
  { token }: Secrets,
): MachineFile[] {
  const file = (path: string, permissions: string, content: string): MachineFile => ({ path, permissions, content });
  const server = role === 'server';
  const registries = registriesFile(cluster);
  const own = [
    file('/etc/rancher/k3s/config.yaml', '0600', server ? serverConfig(cluster) : agentConfig(cluster)),
    ...(registries === undefined ? [] : [file(REGISTRIES, '0600', registries)]),
    file(K3S_HA_CONF, '0644', k3sHaConf(cluster)),
    file(K3S_HA, '0755', k3sHaScript()),
    file(k3sHaDropInPath(role), '0644', k3sHaDropIn(role)),
    ...(server
      ? Object.entries(k3sHaUnits()).map(([name, text]) => file(`/etc/systemd/system/${name}`, '0644', text))
      : []),
    ...(server && kubeVip !== undefined ? [file(KUBE_VIP_MANIFEST, '0644', kubeVip)] : []),
    ...(server ? files : []),
  ];
  const listed = [
    ...own,
    file(KUBELET_DROP_IN, '0644', kubeletShutdown(cluster, role)),
    file(LOGIND_DROP_IN, '0644', logindShutdown(cluster, role)),
    ...killpowerInstallation(cluster).files,
    ...cluster.nodes
      .filter((node) => node.role === role)
      .flatMap((node) => {
        const settings = nodeConfig(cluster, node);
        return settings === undefined ? [] : [file(`${NODES_FOLDER}/${node.name}.yaml`, '0600', settings)];
      }),
  ];
  return [
    ...listed,
    file(FILES_LIST, '0644', filesList([...listed, ...openrcFiles(cluster, role)], role)),
    ...(token === undefined ? [] : [file(TOKEN_FILE, '0600', `${token}\n`)]),
  ];
}

/** What a host with OpenRC has in place of the files in /etc/systemd. */
export function openrcFiles(cluster: Cluster, role: Node['role']): MachineFile[] {
  const service = (name: string, content: string): MachineFile => ({
    path: `/etc/init.d/${name}`,
    permissions: '0755',
    content,
  });
  return [
    { path: k3sOpenrcPath(role), permissions: '0644', content: k3sOpenrc(role) },
    ...(role === 'server' ? [service('k3s-ha', k3sHaOpenrc())] : []),
    ...(needsKillpowerd(cluster) ? [service('killpowerd', openrcService(cluster))] : []),
  ];
}

/** Installed path of the list by which k3s-ha detects files that differ from those of hosts/. */
export const FILES_LIST = '/usr/local/share/k3s-ha/files';

/** `server/files`, `agent/files`: the version of this project, and the SHA-256 of each file that all hosts of a role have, by service manager. */
const filesList = (files: readonly MachineFile[], role: Node['role']): string =>
  commentedFile(
    [
      `Version ${PROJECT_VERSION}, for every ${role}, as ${FILES_LIST}. k3s-ha status and preflight compare the files with it.`,
    ],
    files.map(({ path, content }) => `${sha256(content)} ${path}`),
  );

/** That list of a site, and the hash by which a host names it. */
export function installedFiles(cluster: Cluster, role: Node['role'], addOns: ServerAddOns) {
  const list = machineFiles(cluster, role, addOns, {}).find(({ path }) => path === FILES_LIST)?.content ?? '';
  return { list, hash: sha256(list).slice(0, 12) };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The environment of the installer of k3s, which then does not start k3s. https://docs.k3s.io/reference/env-variables */
export const installerSettings = ({ versions }: Cluster, role: Node['role']): string =>
  `INSTALL_K3S_VERSION=${versions.k3s} INSTALL_K3S_EXEC=${role} INSTALL_K3S_SKIP_START=true`;
