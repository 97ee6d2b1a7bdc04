import { type Cluster, type Founding, foundingOf, type Node, primary } from '../cluster';
import { code } from '../text';

const COMMANDS: Readonly<Record<Exclude<Founding, 'by-hand'>, string>> = {
  'by-claim': 'k3s-ha init',
  'by-promise': 'k3s-ha init --never-existed',
};

/** What a person does about a cluster that never existed, in a few words. */
export function foundingAdvice(cluster: Cluster): string {
  const founding = foundingOf(cluster);
  return founding === 'by-hand'
    ? 'found it by hand on ONE server, see hosts/README.md'
    : `run ${COMMANDS[founding]} on ONE server`;
}

const BY_HAND = code(
  'k3s-ha start    # go on only when it says WAIT no API; it also states the addresses of this machine',
  'mkdir -p /run/k3s-ha && cp /etc/rancher/k3s/init.yaml /run/k3s-ha/init.yaml',
  'ln -sfn /etc/rancher/k3s/config.yaml.d /run/k3s-ha/init.yaml.d',
  'rm -f /etc/rancher/k3s/config.yaml.d/50-join.yaml',
  'K3S_CONFIG_FILE=/run/k3s-ha/init.yaml k3s server    # end it with Ctrl-C when it is ready, and start the service',
);

const only = ({ name, address }: Node): string => `On ${name} (${primary(address).text}) alone`;

/** For machines made from an image, which wait until there is a cluster. */
export function foundingOfImages(cluster: Cluster, first: Node): string {
  const founding = foundingOf(cluster);
  if (founding === 'by-hand') {
    return `${only(first)}, once, found the cluster by hand, as below: where the virtual IP is IPv6 alone, no machine can do it by itself.`;
  }
  return `${only(first)}, once, run \`${COMMANDS[founding]}\`; with \`--permit-init ${first.name} --for 24h\` at the command above that machine does it by itself, and a day later the image is harmless.`;
}

/** The step that founds the cluster. */
export function foundingStep(cluster: Cluster, first: Node): string {
  const founding = foundingOf(cluster);
  if (founding === 'by-hand') {
    return `${only(first)}, found the cluster, by hand and with k3s stopped (\`systemctl stop k3s\`): k3s-ha would first claim the virtual IP by ARP, and that is IPv6 alone. Nothing keeps another machine from doing the same, so do it on no other; servers that are off might hold a cluster already.${BY_HAND}`;
  }
  return `${only(first)}, found the cluster. It refuses where anything looks like a cluster already, and says why; ${
    founding === 'by-claim'
      ? 'servers that are off might hold one.'
      : 'servers that are off might hold one, and there is no virtual IP on the machines that it could claim to keep others from founding at the same time: that there is no cluster, and no other machine that founds one, is your promise.'
  }${code(COMMANDS[founding])}`;
}

/** What server/k3s-ha founds, and what it cannot know. */
export function foundingParagraphs(cluster: Cluster): { readonly when: string; readonly unseen: string } {
  const founding = foundingOf(cluster);
  if (founding === 'by-hand') {
    return {
      when: 'It founds nothing here: it would have to claim an IPv4 virtual IP.',
      unseen: 'that is why a person founds the cluster, and only where there was none',
    };
  }
  return {
    when: `It founds nothing unless a person says \`${COMMANDS[founding]}\`, or \`bootstrap\` of cluster.yaml or \`--permit-init\` names this very machine and the time is not over.`,
    unseen:
      founding === 'by-claim'
        ? 'that is why init asks for them, and why `--never-existed` is a promise'
        : 'that is why `--never-existed` is a promise',
  };
}

/** The way for machines on which `k3s-ha init` cannot start k3s. None where the step that founds says it already. */
export const foundingWithoutSystemd = (cluster: Cluster): string[] =>
  foundingOf(cluster) === 'by-hand'
    ? []
    : [`On machines without systemd, found by hand on one machine, with k3s stopped:${BY_HAND}`];
