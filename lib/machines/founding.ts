import { type Cluster, type Founding, foundingOf, type Node, primary } from '../cluster';
import { code } from '../text';

const COMMANDS: Readonly<Record<Exclude<Founding, 'by-hand'>, string>> = {
  'by-claim': 'k3s-ha init',
  'by-promise': 'k3s-ha init --never-existed',
};

/** How a person bootstraps a cluster that never existed, in a few words. */
export function foundingAdvice(cluster: Cluster): string {
  const founding = foundingOf(cluster);
  return founding === 'by-hand'
    ? 'bootstrap it by hand on ONE server, see hosts/README.md'
    : `run ${COMMANDS[founding]} on ONE server`;
}

const BY_HAND = code(
  'k3s-ha start    # continue only if it prints WAIT no API; it also writes node-ip',
  'mkdir -p /run/k3s-ha && cp /etc/rancher/k3s/init.yaml /run/k3s-ha/init.yaml',
  'ln -sfn /etc/rancher/k3s/config.yaml.d /run/k3s-ha/init.yaml.d',
  'rm -f /etc/rancher/k3s/config.yaml.d/50-join.yaml',
  'K3S_CONFIG_FILE=/run/k3s-ha/init.yaml k3s server    # when it is ready, press Ctrl-C and start the service',
);

const only = ({ name, address }: Node): string => `On ${name} (${primary(address).text}) only`;

/** The bootstrap of hosts that were installed from an image, which wait for a cluster. */
export function foundingOfImages(cluster: Cluster, first: Node): string {
  const founding = foundingOf(cluster);
  return founding === 'by-hand'
    ? `${only(first)}, bootstrap the cluster by hand as below: with an IPv6 VIP alone, no host can bootstrap by itself.`
    : `${only(first)}, run \`${COMMANDS[founding]}\`; with \`--permit-init ${first.name} --for 24h\` above, that host bootstraps by itself. The permission expires after 24 h.`;
}

/** The step that bootstraps the cluster. */
export function foundingStep(cluster: Cluster, first: Node): string {
  const founding = foundingOf(cluster);
  if (founding === 'by-hand') {
    return `${only(first)}, stop k3s (\`systemctl stop k3s\`) and bootstrap the cluster by hand. k3s-ha cannot do it, because it claims the VIP by ARP, which IPv6 does not have. Nothing stops a second host from bootstrapping: do this on no other host. Servers that are powered off may hold an existing cluster.${BY_HAND}`;
  }
  const promise =
    founding === 'by-claim'
      ? ''
      : ' With `--never-existed` you state that no cluster exists and that no other host bootstraps one: there is no VIP on the hosts that k3s-ha could claim.';
  return `${only(first)}, bootstrap the cluster. \`k3s-ha init\` refuses if it detects an existing cluster. It cannot detect a cluster on servers that are powered off.${promise}${code(COMMANDS[founding])}`;
}

/** When server/k3s-ha bootstraps a cluster, and what it cannot detect. */
export function foundingParagraph(cluster: Cluster): string {
  const founding = foundingOf(cluster);
  const when =
    founding === 'by-hand'
      ? 'It never bootstraps here, because it cannot claim an IPv6 VIP.'
      : `It bootstraps only on \`${COMMANDS[founding]}\`, or while a permission in \`bootstrap\` of cluster.yaml or by \`--permit-init\` names this host.`;
  const promise = founding === 'by-claim' ? '; `--never-existed` states that there is none' : '';
  return `${when} It cannot detect a cluster on servers that are powered off or disconnected${promise}.`;
}

/** The bootstrap where `k3s-ha init` cannot start k3s. None where the step that bootstraps has it. */
export const foundingWithoutSystemd = (cluster: Cluster): string[] =>
  foundingOf(cluster) === 'by-hand'
    ? []
    : [`Bootstrap by hand, on one host without systemd, with k3s stopped:${BY_HAND}`];
