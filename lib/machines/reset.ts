import type { Cluster } from '../cluster';
import { K3S_HA } from './k3s-ha';

/** Where k3s keeps the etcd snapshots of a server. */
export const SNAPSHOTS_FOLDER = '/var/lib/rancher/k3s/server/db/snapshots';

/**
 * Makes the etcd of a server a cluster of one, while k3s is stopped. k3s refuses that while `server` is set, so the key is filtered out.
 * `k3s-ha address` writes node-ip, without which k3s may take the VIP for the address of its etcd member.
 *
 * @param options of `k3s server`, which exits when done
 */
export const resetCommands = (options: string): string[] => [
  `${K3S_HA} address`,
  'rm -f /etc/rancher/k3s/config.yaml.d/50-join.yaml',
  "(umask 077; grep -v '^server:' /etc/rancher/k3s/config.yaml >/run/k3s-reset.yaml)",
  'ln -sfn /etc/rancher/k3s/config.yaml.d /run/k3s-reset.yaml.d',
  `K3S_CONFIG_FILE=/run/k3s-reset.yaml k3s server ${options}`,
  'rm /run/k3s-reset.yaml /run/k3s-reset.yaml.d',
];

/**
 * Options of that for a snapshot.
 *
 * @param file on the host. With etcd-s3 in its configuration, k3s would look for it in S3: https://docs.k3s.io/cli/etcd-snapshot
 */
export const restoreOptions = ({ k3s }: Cluster, file: string): string =>
  `--cluster-reset --cluster-reset-restore-path=${file}${k3s.etcdS3 ? ' --etcd-s3=false' : ''}`;
