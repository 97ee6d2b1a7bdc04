import { type Cluster, npmRun, type Origin, systemsOf } from '../cluster';
import { SYSTEMS } from './systems';

const usersOf = (cluster: Cluster) => systemsOf(cluster).flatMap((system) => SYSTEMS[system].users);

/** The SSH user of this site, that of its first operating system. */
export const loginUser = (cluster: Cluster): string => usersOf(cluster)[0]?.user ?? 'root';

/** `npm run kubeconfig` with the SSH user of this site, who reads k3s.yaml with sudo. */
export const fetchCommand = (cluster: Cluster, origin: Origin, ...options: readonly string[]): string =>
  npmRun('kubeconfig', origin, [`--ssh ${loginUser(cluster)}@ --sudo`, ...options, '--merge ~/.kube/config']);

/** The SSH user of each operating system, and what to use on other hosts. */
export const loginAdvice = (cluster: Cluster): string =>
  `Images accept your SSH keys for one user: ${usersOf(cluster)
    .map(({ user, on }) => `\`${user}\` on ${on}`)
    .join(', ')}; \`sudo -i\` makes it root. If root has your keys, use \`--ssh root@\` without \`--sudo\`.`;
