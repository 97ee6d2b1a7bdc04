/** A change of what synth writes. */
interface Change {
  /** The version that has it first. */
  readonly since: string;
  /** The objects that it changes, as `Kind namespace/name`. */
  readonly about: RegExp;
  /** Why a person may care. */
  readonly why: string;
}

/** What a person who upgrades has to know about objects that differ. CHANGELOG.md has everything else. */
const CHANGES: readonly Change[] = [
  {
    since: '0.2.0',
    about: /./,
    why: 'every object has labels of its site, by which plan, apply --prune and uninstall find it',
  },
  {
    since: '0.2.0',
    about: /^(DaemonSet|Deployment) /,
    why: 'pods use the seccomp profile RuntimeDefault; the pods are replaced one node after the other',
  },
  {
    since: '0.2.0',
    about: /^DaemonSet kube-system\/kube-vip/,
    why: 'the default lease is 20, 15 and 2 s, so that an etcd election does not move the VIP; a failover after a power cut takes 5 s more',
  },
  {
    since: '0.2.0',
    about: /^(DaemonSet|ConfigMap) nut\//,
    why: 'NUT pods compare killpowerd with their own version: install the files of hosts/ on every host, or preflight fails',
  },
];

/** Whether the first version is older than the second; both are three numbers. */
const isOlder = (a: string, b: string): boolean => a.localeCompare(b, 'en', { numeric: true }) < 0;

/** Why these objects differ between two versions. */
export const reasonsBetween = (from: string, to: string, objects: readonly string[]): string[] =>
  CHANGES.filter(
    ({ since, about }) => isOlder(from, since) && !isOlder(to, since) && objects.some((name) => about.test(name)),
  ).map(({ why }) => why);
