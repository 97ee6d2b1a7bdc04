import type { Cluster } from '../../cluster';
import { buildSite } from '../../synth';
import { readManifest } from '../verify/manifest';
import { bad, good, type Row } from './rows';

/** What is read of a Lease: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/. */
export interface Lease {
  readonly spec?: { readonly holderIdentity?: string; readonly renewTime?: string };
}

/** Leases of slack, for the clocks of this computer and of the servers. */
const SLACK = 4;

/** The server that holds the VIP by the lease of kube-vip. */
export function vipRow({ controlPlane }: Cluster, lease: Lease | undefined, now: Date): Row {
  const subject = 'VIP holder';
  const { holderIdentity, renewTime } = lease?.spec ?? {};
  const cure = 'see "kubectl cannot connect" in hosts/RUNBOOK.md';
  if (!holderIdentity || renewTime === undefined) return bad(subject, 'none', cure);
  const seconds = Math.round((now.getTime() - Date.parse(renewTime)) / 1000);
  return seconds > SLACK * controlPlane.lease.durationSeconds
    ? bad(subject, `${holderIdentity}, whose lease was renewed ${seconds} s ago`, cure)
    : good(subject, holderIdentity);
}

/** What is read of a DaemonSet or a Deployment. */
export interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly Container[] } } };
}

interface Container {
  readonly name: string;
  readonly image?: string;
}

/** The workloads whose images are not those of the site: of an older version, or changed by hand. */
export function imageRows(cluster: Cluster, found: readonly Workload[]): Row[] {
  const workloads = [...buildSite(cluster).dist]
    .flatMap(([name, text]) => readManifest(text, name) as readonly unknown[] as readonly Workload[])
    .filter(({ kind }) => kind === 'DaemonSet' || kind === 'Deployment');
  const subject = 'images';
  const rows = workloads.flatMap((workload): Row[] => {
    const name = `${workload.kind} ${keyOf(workload)}`;
    const other = found.find((one) => one.kind === workload.kind && keyOf(one) === keyOf(workload));
    if (!other) return [bad(subject, `${name} is not in the cluster`, 'npm run apply')];
    const images = imagesOf(other);
    const differing = imagesOf(workload).filter((image) => !images.includes(image));
    return differing.length === 0
      ? []
      : [bad(subject, `${name} has ${images.join(', ')}`, `npm run apply, for ${differing.join(', ')}`)];
  });
  return rows.length > 0 ? rows : [good(subject, `${workloads.length} workloads have those of the site`)];
}

const keyOf = ({ metadata: { name, namespace } }: Workload): string => `${namespace}/${name}`;
const imagesOf = ({ spec }: Workload): string[] =>
  (spec?.template?.spec?.containers ?? []).flatMap(({ image }) => image ?? []);
