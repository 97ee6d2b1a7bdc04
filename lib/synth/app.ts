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
  const dist = synthesize(buildApp(cluster));
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

/** The charts of a site. */
export function buildApp(cluster: Cluster): App {
  const app = new App();
  const labels = siteLabels(cluster.name);
  const chart = (id: ChartId, namespace?: string) =>
    new Chart(app, id, { namespace, labels, disableResourceNameHashes: true });
  const { loadBalancer } = cluster;
  const hasUps = cluster.ups.length > 0;

  if (loadBalancer) new MetalLbCrds(chart('00-crds'), 'Crds');

  if (loadBalancer || hasUps) {
    const namespaces = chart('10-namespaces');
    if (loadBalancer) new MetalLbNamespace(namespaces, 'MetalLb');
    if (hasUps) new PodSecurityNamespace(namespaces, 'Nut', { name: 'nut', level: 'privileged' });
  }

  if (cluster.controlPlane.provider === 'kube-vip') addKubeVip(chart('20-kube-vip', 'kube-system'), cluster);

  if (loadBalancer) {
    new MetalLb(chart('30-metallb'), 'MetalLb', metalLbProps(cluster, loadBalancer));
    addLoadBalancerConfig(chart('40-metallb-config'), cluster, loadBalancer);
  }
  const nut = hasUps ? nutProps(cluster, killpowerdHash()) : undefined;
  // what needs the definitions of the Prometheus operator is in a file of its own, so that NUT does not wait for them
  if (nut) new Nut(chart('50-nut', 'nut'), 'Nut', nut);
  if (loadBalancer?.traefik) new K3sTraefik(chart('60-ingress', 'kube-system'), 'Traefik');
  if (hasUps && cluster.power.metrics?.prometheusRules)
    new Monitoring(chart('70-monitoring', 'nut'), 'Monitoring', cluster);
  if (loadBalancer && loadBalancer.webhook !== 'off') {
    new MetalLbWebhooks(chart('90-metallb-webhooks'), 'Webhooks', { webhook: loadBalancer.webhook });
  }
  return app;
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
