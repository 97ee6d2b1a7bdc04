import { type Cluster, type Node, upsesAt } from '../cluster';
import { readProjectFile } from '../files';
import { commentedFile, markedScript } from './text';

/** Where the script is installed by which machines with the same files get labels of their own. */
export const UPS_LABEL = '/usr/local/sbin/ups-label';

/** The script, the same for every site; what differs are its arguments. */
export const upsLabelScript = (): string => markedScript(readProjectFile('lib/machines/scripts/ups-label.sh'));

/** `NODE=UPS` for each machine of the role that the cable of a UPS goes to. A label holds one value: with several UPSes that of the first. */
export const labelledNodes = (cluster: Cluster, role: Node['role']): string[] =>
  cluster.nodes
    .filter((node) => node.role === role)
    .flatMap((node) =>
      upsesAt(cluster, node)
        .slice(0, 1)
        .map(({ name }) => `${node.name}=${name}`),
    );

/** A drop-in for the service of k3s: asks ups-label before each start, so that the label is there whenever the node registers. */
export const upsLabelDropIn = (labelled: readonly string[]): string =>
  commentedFile(
    ['Which machine the cable of a UPS goes to. The same bytes on each; ups-label looks at the name of the machine.'],
    [
      '[Service]',
      '# the dash: k3s is not kept from starting by a label',
      `ExecStartPre=-${UPS_LABEL} ${labelled.join(' ')}`,
    ],
  );
