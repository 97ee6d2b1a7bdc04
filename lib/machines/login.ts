import { type Cluster, npmRun, type OperatingSystem, type Origin, systemsOf } from '../cluster';

/** The user that the keys of `npm run hosts` go to. Images shut root out: https://cloudinit.readthedocs.io/en/latest/reference/modules.html#ssh */
const USERS: Readonly<Record<OperatingSystem, readonly { readonly user: string; readonly on: string }[]>> = {
  'cloud-init': [
    { user: 'debian', on: 'Debian' },
    { user: 'ubuntu', on: 'Ubuntu' },
  ],
  kairos: [{ user: 'kairos', on: 'Kairos' }],
  k3os: [{ user: 'rancher', on: 'k3OS' }],
};

const usersOf = (cluster: Cluster) => systemsOf(cluster).flatMap((system) => USERS[system]);

/** The user on the machines of this site, of the first system where there are several. */
export const loginUser = (cluster: Cluster): string => usersOf(cluster)[0]?.user ?? 'root';

/** `npm run kubeconfig` with the user of this site, who reads k3s.yaml with sudo. */
export const fetchCommand = (cluster: Cluster, origin: Origin, ...options: readonly string[]): string =>
  npmRun('kubeconfig', origin, [`--ssh ${loginUser(cluster)}@ --sudo`, ...options, '--merge ~/.kube/config']);

/** Who that user is, and what to give instead on other machines. */
export const loginAdvice = (cluster: Cluster): string =>
  `An image gives your SSH keys to a user of its own and shuts root out: ${usersOf(cluster)
    .map(({ user, on }) => `\`${user}\` on ${on}`)
    .join(
      ', ',
    )}; \`sudo -i\` makes that user root. Where root has your keys, it is \`root@\`, and \`--ssh root@\` without \`--sudo\`.`;
