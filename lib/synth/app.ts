import { App, Chart, Duration } from 'cdk8s';
import { type Cluster, HERE, type Origin, otherInterfaces } from '../cluster';
import type { Files } from '../files';
import { K3sTraefik } from '../ingress';
import { PodSecurityNamespace, siteLabels, synthesize } from '../kube';
import { KubeVip } from '../kube-vip';
import { keepalivedFiles, killpowerdHash, kubeconfigTemplate, type ServerAddOns } from '../machines';
import {
  addLoadBalancerConfig,
  MetalLb,
  MetalLbCrds,
  MetalLbNamespace,
  MetalLbWebhooks,
  metalLbProps,
} from '../metallb';
import { Monitoring } from '../monitoring';
import { Nut, nutProps } from '../nut';
import { yamlText } from '../text';
import { hostFiles } from './hosts';

/** The files of a site. */
export interface SiteFiles {
  /** Kubernetes objects, a file per chart. */
  readonly dist: Files;
  /** Files for the nodes. */
  readonly hosts: Files;
}

/**
 * The files of a site. Pure.
 *
 * @param origin location of the site, for the commands in its texts
 */
export function buildSite(cluster: Cluster, origin: Origin = HERE): SiteFiles {
  const dist = distFiles(cluster);
  return {
    dist,
    hosts: new Map([
      ['kubeconfig.template.yaml', kubeconfigTemplate(cluster, origin)],
      ...keepalivedFiles(cluster),
      ...hostFiles(cluster, serverAddOns(cluster, dist), origin),
    ]),
  };
}

/** Additional files of a server, for images that have all files in one. */
export const serverAddOns = (cluster: Cluster, dist: Files): ServerAddOns => ({
  kubeVip: dist.get('20-kube-vip.k8s.yaml'),
  files: keepalivedFiles(cluster).map(([file, content]) => ({
    path: `/etc/keepalived/${file.replace(/^.*\//, '')}`,
    permissions: file.endsWith('.sh') ? '0755' : '0644',
    content,
  })),
});

/**
 * Every chart of a site. The ids are the file names in dist/, and their numbers the order of a first `kubectl apply`: definitions
 * before their objects, and the webhook after the objects that it checks.
 */
export const CHARTS = [
  '00-crds',
  '10-namespaces',
  '20-kube-vip',
  '30-metallb',
  '40-metallb-config',
  '50-nut',
  '60-ingress',
  '70-monitoring',
  '90-metallb-webhooks',
] as const;

type ChartId = (typeof CHARTS)[number];

/** A chart of a site. */
interface Part {
  readonly id: ChartId;
  readonly namespace?: string | undefined;
  readonly add: (chart: Chart) => void;
  /** What its objects depend on, beside the labels. @default - they are built for each site */
  readonly shared?: string;
}

/** The charts of a site. */
export function buildApp(cluster: Cluster): App {
  const app = new App();
  for (const part of partsOf(cluster)) addPart(app, part, cluster.name);
  return app;
}

const addPart = (app: App, { id, namespace, add }: Part, site: string): void =>
  add(new Chart(app, id, { namespace, labels: siteLabels(site), disableResourceNameHashes: true }));

function partsOf(cluster: Cluster): Part[] {
  const { loadBalancer, controlPlane } = cluster;
  const hasUps = cluster.ups.length > 0;
  const nut = hasUps ? nutProps(cluster, killpowerdHash()) : undefined;
  const parts: (Part | false | undefined)[] = [
    loadBalancer && shared('00-crds', undefined, {}, (chart) => new MetalLbCrds(chart, 'Crds')),
    (loadBalancer !== undefined || hasUps) &&
      shared('10-namespaces', undefined, { metalLb: loadBalancer !== undefined, hasUps }, (chart, has) => {
        if (has.metalLb) new MetalLbNamespace(chart, 'MetalLb');
        if (has.hasUps) new PodSecurityNamespace(chart, 'Nut', { name: 'nut', level: 'privileged' });
      }),
    controlPlane.provider === 'kube-vip' && {
      id: '20-kube-vip',
      namespace: 'kube-system',
      add: (chart) => addKubeVip(chart, cluster),
    },
    loadBalancer &&
      shared(
        '30-metallb',
        undefined,
        metalLbProps(cluster, loadBalancer),
        (chart, props) => new MetalLb(chart, 'MetalLb', props),
      ),
    loadBalancer && { id: '40-metallb-config', add: (chart) => addLoadBalancerConfig(chart, cluster, loadBalancer) },
    // what needs the definitions of the Prometheus operator is in a file of its own, so that NUT does not wait for them
    nut && { id: '50-nut', namespace: 'nut', add: (chart) => new Nut(chart, 'Nut', nut) },
    loadBalancer?.traefik && shared('60-ingress', 'kube-system', {}, (chart) => new K3sTraefik(chart, 'Traefik')),
    hasUps &&
      cluster.power.metrics?.prometheusRules && {
        id: '70-monitoring',
        namespace: 'nut',
        add: (chart) => new Monitoring(chart, 'Monitoring', cluster),
      },
    loadBalancer &&
      loadBalancer.webhook !== 'off' &&
      shared(
        '90-metallb-webhooks',
        undefined,
        { webhook: loadBalancer.webhook },
        (chart, props) => new MetalLbWebhooks(chart, 'Webhooks', props),
      ),
  ];
  return parts.filter((part) => part !== false && part !== undefined);
}

/** A chart whose objects depend on `input` alone, so that sites with the same input have the same text but for their labels. */
const shared = <Input>(
  id: ChartId,
  namespace: string | undefined,
  input: Input,
  add: (chart: Chart, input: Input) => void,
): Part => ({ id, namespace, add: (chart) => add(chart, input), shared: id + JSON.stringify(input) });

/** Stands for the name of a site in a shared text. */
const SITE = 'name-of-the-site';
/** Texts of shared charts, cut at the name of the site. */
const texts = new Map<string, readonly string[]>();

/** The files of `synthesize(buildApp(cluster))`. What an earlier site has in common with this one is not built again. */
function distFiles(cluster: Cluster): Files {
  const parts = partsOf(cluster).map((part) => ({ ...part, pieces: texts.get(part.shared ?? '') }));
  const app = new App();
  for (const part of parts) if (!part.pieces) addPart(app, part, part.shared === undefined ? cluster.name : SITE);
  const built = synthesize(app);
  const name = yamlText(cluster.name).trimEnd();
  return new Map(
    parts.map(({ id, shared: key, pieces }) => {
      const file = `${id}.k8s.yaml`;
      const text = built.get(file) ?? '';
      if (key === undefined) return [file, text];
      const all = pieces ?? text.split(SITE);
      // the variants of a fleet are few, but a process may see many fleets
      if (texts.size > 100) texts.clear();
      texts.set(key, all);
      return [file, all.join(name)];
    }),
  );
}

function addKubeVip(chart: Chart, cluster: Cluster): void {
  const { controlPlane, images } = cluster;
  const { durationSeconds, renewSeconds, retrySeconds } = controlPlane.lease;
  const { bgp } = controlPlane;
  new KubeVip(chart, 'KubeVip', {
    addresses: controlPlane.vip.map(({ text }) => text),
    port: controlPlane.port,
    interface: controlPlane.interface,
    otherInterfaces: bgp ? undefined : otherInterfaces(cluster),
    lease: {
      duration: Duration.seconds(durationSeconds),
      renewDeadline: Duration.seconds(renewSeconds),
      retryPeriod: Duration.seconds(retrySeconds),
    },
    arpRate: Duration.millis(controlPlane.arpRateMs),
    bgp: bgp && {
      localAS: bgp.localAS,
      holdTime: Duration.seconds(bgp.holdTimeSeconds),
      peers: bgp.peers.map((peer) => ({ ...peer, peerAddress: peer.peerAddress.text })),
    },
    image: images.kubeVip,
  });
}
