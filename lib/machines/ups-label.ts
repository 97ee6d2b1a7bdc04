import { type Cluster, type Node, upsesAt } from '../cluster';
import { commentedFile, markedScript } from './text';

/** Installed path of the script that sets the UPS label on hosts with the same files. */
export const UPS_LABEL = '/usr/local/sbin/ups-label';

/** The script, the same for every site; its arguments differ. */
export const upsLabelScript = (): string => markedScript('lib/machines/scripts/ups-label.sh');

/** `NODE=UPS` for each node of the role with the cable of a UPS. A label holds one value: with several UPSes the first. */
export const labelledNodes = (cluster: Cluster, role: Node['role']): string[] =>
  cluster.nodes
    .filter((node) => node.role === role)
    .flatMap((node) =>
      upsesAt(cluster, node)
        .slice(0, 1)
        .map(({ name }) => `${node.name}=${name}`),
    );

/** A drop-in for the k3s service: runs ups-label before each start, so that the label is set when the node registers. */
export const upsLabelDropIn = (labelled: readonly string[]): string =>
  commentedFile(
    ['The nodes with the cable of a UPS, identical on each host: ups-label compares the host name.'],
    ['[Service]', '# the dash: k3s starts without the label too', `ExecStartPre=-${UPS_LABEL} ${labelled.join(' ')}`],
  );
