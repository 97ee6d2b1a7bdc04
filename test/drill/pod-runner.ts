import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ContainerRunner, type Mount } from './container-runner';
import type { Host } from './host';
import type { Workload } from './host-props';
import { type Container, checkPod, type DaemonSet, type Manifests } from './manifests';
import { nodeMatches } from './node-affinity';
import type { Timeline } from './timeline';
import { type PreparedVolume, prepareVolume } from './volumes';

interface PodRunnerProps {
  readonly daemonSet: DaemonSet;
  readonly manifests: Manifests;
  readonly host: Host;
  /** A folder on a tmpfs. */
  readonly folder: string;
  readonly logFolder: string;
  readonly timeline: Timeline;
  /** Root file system of every container. @default - that of this host */
  readonly image?: string;
  /** Files in the image of every container beside those of `image`. @default - none */
  readonly imageFiles?: readonly Mount[];
}

/** The pod of a DaemonSet on one node. */
export class PodRunner {
  private readonly containers = new Map<string, ContainerRunner>();
  private volumes: readonly PreparedVolume[] = [];
  private generation = 0;
  private wanted = false;

  constructor(private readonly props: PodRunnerProps) {
    checkPod(props.daemonSet.metadata.name, this.spec);
  }

  container(name: string): ContainerRunner {
    const found = this.containers.get(name);
    if (!found)
      throw new Error(`pod ${this.props.daemonSet.metadata.name} has no container "${name}" that was started`);
    return found;
  }

  has(container: string): boolean {
    return this.spec.containers.some(({ name }) => name === container);
  }

  /** Creates the pod: empty volumes, new containers. */
  async start(): Promise<void> {
    const { daemonSet, manifests, host, timeline } = this.props;
    this.wanted = true;
    const folder = join(this.props.folder, String(this.generation++));
    const { namespace } = daemonSet.metadata;
    const context = {
      manifests,
      namespace,
      folder: join(folder, 'volumes'),
      pathOnHost: (path: string) => host.path(path),
    };
    const specs = this.spec.volumes ?? [];
    this.volumes = await Promise.all(specs.map((volume) => prepareVolume(volume, context)));
    // power may have been cut meanwhile
    if (!this.wanted) return this.dispose();
    const byName = new Map(specs.map(({ name }, i) => [name, this.volumes[i]] as const));
    mkdirSync(this.props.logFolder, { recursive: true });

    for (const spec of this.spec.containers) {
      const title = `${host.name}/${spec.name}`;
      const runner = new ContainerRunner({
        spec,
        title,
        timeline,
        image: this.props.image ?? '/',
        hostPid: host.pid,
        folder: join(folder, spec.name),
        logFile: join(this.props.logFolder, `${spec.name}.log`),
        mounts: [...host.mounts, ...(this.props.imageFiles ?? []), ...this.devices(spec), ...mountsOf(spec, byName)],
        environment: environmentOf(spec, host.name),
      });
      this.containers.set(spec.name, runner);
      runner.start();
    }
  }

  /** As `kubectl delete pod`; `start` then creates a new pod. */
  async stop(graceMs = (this.spec.terminationGracePeriodSeconds ?? 30) * 1000): Promise<void> {
    this.wanted = false;
    await Promise.all([...this.containers.values()].map((container) => container.stop(graceMs)));
    await this.dispose();
  }

  /** The Secrets of its volumes change while it runs. */
  update(manifests: Manifests): void {
    for (const { update } of this.volumes) update?.(manifests);
  }

  /** Kills all its containers at once. */
  async kill(): Promise<void> {
    this.wanted = false;
    await Promise.all([...this.containers.values()].map((container) => container.kill()));
    await this.dispose();
  }

  /** Stops all processes of all containers (SIGSTOP). */
  freeze(): void {
    for (const container of this.containers.values()) container.freeze();
  }

  /** Kills every container; they restart. */
  crash(): void {
    for (const container of this.containers.values()) container.crash();
  }

  private get spec() {
    return this.props.daemonSet.spec.template.spec;
  }

  private async dispose(): Promise<void> {
    await Promise.all(this.volumes.map((volume) => volume.dispose()));
    this.volumes = [];
  }

  /** Only a privileged container has the devices of its node. */
  private devices(spec: Container): Mount[] {
    if (!spec.securityContext?.privileged) return [];
    return [...this.props.host.devices].map(([target, source]) => ({ source, target, readOnly: false }));
  }
}

function mountsOf(spec: Container, volumes: ReadonlyMap<string, PreparedVolume | undefined>): Mount[] {
  return (spec.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => {
    const volume = volumes.get(name);
    if (!volume) throw new Error(`container ${spec.name} mounts "${name}", which is not a volume of its pod`);
    return { source: volume.source, target: mountPath, readOnly: readOnly ?? volume.readOnly };
  });
}

function environmentOf(spec: Container, nodeName: string): Record<string, string> {
  return Object.fromEntries(
    (spec.env ?? []).map(({ name, value, valueFrom }) => {
      if (value !== undefined) return [name, value];
      if (valueFrom?.fieldRef?.fieldPath === 'spec.nodeName') return [name, nodeName];
      throw new Error(
        `container ${spec.name}: the source of ${name} is not emulated; add it to test/drill/pod-runner.ts`,
      );
    }),
  );
}

/** The kubelet of a node: runs the pods of the DaemonSets whose required node affinity matches its labels. */
export class Kubelet implements Workload {
  private readonly pods: ReadonlyMap<string, PodRunner>;

  constructor(props: Omit<PodRunnerProps, 'daemonSet'>) {
    const wanted = props.manifests.daemonSets.filter(({ spec }) => {
      const required = spec.template.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
      return nodeMatches(required?.nodeSelectorTerms, props.host.labels);
    });
    this.pods = new Map(
      wanted.map((daemonSet) => {
        const { name } = daemonSet.metadata;
        const folder = join(props.folder, name);
        return [name, new PodRunner({ ...props, daemonSet, folder, logFolder: join(props.logFolder, name) })] as const;
      }),
    );
  }

  /** Stops all processes of all pods (SIGSTOP). */
  freeze(): void {
    for (const pod of this.pods.values()) pod.freeze();
  }

  /** Kills every container of all pods; they restart. */
  crash(): void {
    for (const pod of this.pods.values()) pod.crash();
  }

  /** The Secrets that its running pods mount change. */
  update(manifests: Manifests): void {
    for (const pod of this.pods.values()) pod.update(manifests);
  }

  get podNames(): string[] {
    return [...this.pods.keys()];
  }

  pod(name: string): PodRunner {
    const pod = this.pods.get(name);
    if (!pod) throw new Error(`no pod "${name}" runs on this node; its pods are ${this.podNames.join(', ') || 'none'}`);
    return pod;
  }

  /** The only container of this name on the node. */
  container(name: string): ContainerRunner {
    const [pod, ...others] = [...this.pods.values()].filter((candidate) => candidate.has(name));
    if (!pod || others.length > 0)
      throw new Error(`"${name}" is the name of ${others.length + (pod ? 1 : 0)} containers`);
    return pod.container(name);
  }

  async start(): Promise<void> {
    await Promise.all([...this.pods.values()].map((pod) => pod.start()));
  }

  async stop(graceMs: number): Promise<void> {
    await Promise.all([...this.pods.values()].map((pod) => pod.stop(graceMs)));
  }

  async kill(): Promise<void> {
    await Promise.all([...this.pods.values()].map((pod) => pod.kill()));
  }
}
