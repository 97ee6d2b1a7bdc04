import { parseAllDocuments } from 'yaml';
import type { NodeSelectorTerm } from './node-affinity';

/** The parts of the Kubernetes API that the drill emulates. `checkPod` throws for anything else in a pod. */
interface Metadata {
  readonly name: string;
  readonly namespace?: string;
}

interface KeyToPath {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

export interface Volume {
  readonly name: string;
  readonly configMap?: {
    readonly name: string;
    readonly defaultMode?: number;
    readonly items?: readonly KeyToPath[];
  };
  readonly secret?: {
    readonly secretName: string;
    readonly optional?: boolean;
    readonly defaultMode?: number;
    readonly items?: readonly KeyToPath[];
  };
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
  readonly hostPath?: { readonly path: string; readonly type?: string };
}

/** A readiness probe by a command in the container. */
export interface Probe {
  readonly exec: { readonly command: readonly string[] };
  readonly periodSeconds?: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
  }[];
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly runAsUser?: number;
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  };
  readonly readinessProbe?: Probe;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly hostNetwork?: boolean;
  readonly restartPolicy?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly affinity?: {
    readonly nodeAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: {
        readonly nodeSelectorTerms: readonly NodeSelectorTerm[];
      };
    };
  };
}

export interface DaemonSet {
  readonly kind: 'DaemonSet';
  readonly metadata: Metadata;
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface ConfigMap {
  readonly kind: 'ConfigMap';
  readonly metadata: Metadata;
  readonly data?: Readonly<Record<string, string>>;
}

interface Secret {
  readonly kind: 'Secret';
  readonly metadata: Metadata;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

interface OtherObject {
  readonly kind: 'Service' | 'Namespace';
  readonly metadata: Metadata;
}

export type KubeObject = DaemonSet | ConfigMap | Secret | OtherObject;

/** Objects as an API server would hold them. */
export class Manifests {
  private constructor(private readonly objects: readonly KubeObject[]) {}

  /** The objects of YAML texts; of two with one name the later applies, as with `kubectl apply`. */
  static parse(...texts: readonly string[]): Manifests {
    const documents = texts.flatMap((text) => parseAllDocuments(text));
    return new Manifests(documents.map((document) => document.toJS() as KubeObject).toReversed());
  }

  get daemonSets(): DaemonSet[] {
    return this.objects.filter((object) => object.kind === 'DaemonSet');
  }

  /** Keys and values of a ConfigMap. */
  configMap(name: string, namespace: string | undefined): Readonly<Record<string, string>> {
    const found = this.objects.filter((object) => object.kind === 'ConfigMap').find(isCalled(name, namespace));
    if (!found) throw new Error(`there is no ConfigMap "${name}"; its pod would not start`);
    return found.data ?? {};
  }

  /** Keys and decoded values of a Secret. */
  secret(name: string, namespace: string | undefined): Readonly<Record<string, string>> {
    const found = this.objects.filter((object) => object.kind === 'Secret').find(isCalled(name, namespace));
    if (!found) throw new Error(`there is no Secret "${name}"; its pod would not start`);
    const decoded = Object.entries(found.data ?? {}).map(
      ([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const,
    );
    return { ...Object.fromEntries(decoded), ...found.stringData };
  }
}

const isCalled =
  (name: string, namespace = 'default') =>
  ({ metadata }: { readonly metadata: Metadata }): boolean =>
    metadata.name === name && (metadata.namespace ?? 'default') === namespace;

// emulated, or without effect for one pod on one node of the lab; memory limits are not enforced
const POD_FIELDS =
  'affinity automountServiceAccountToken containers dnsPolicy enableServiceLinks hostNetwork priorityClassName restartPolicy ' +
  'securityContext setHostnameAsFQDN terminationGracePeriodSeconds tolerations volumes';
const CONTAINER_FIELDS =
  'args command env image imagePullPolicy name ports readinessProbe resources securityContext volumeMounts terminationMessagePolicy';
const PROBE_FIELDS = 'exec failureThreshold periodSeconds';
const VOLUME_FIELDS = 'configMap emptyDir hostPath name secret';

/** Throws an Error for a field that the drill does not emulate, so that no drill passes by ignoring it. */
export function checkPod(name: string, spec: PodSpec): void {
  const refuse = (what: string): never => {
    throw new Error(`pod ${name}: ${what}, which the drill does not emulate; add it to test/drill/ or remove it`);
  };
  const check = (what: string, value: object, known: string) => {
    const unknown = Object.keys(value).find((key) => !known.split(' ').includes(key));
    if (unknown) refuse(`${what} has the field "${unknown}"`);
  };
  check('it', spec, POD_FIELDS);
  if (spec.hostNetwork !== true) refuse('it has a network of its own');
  if ((spec.restartPolicy ?? 'Always') !== 'Always') refuse(`its restartPolicy is ${spec.restartPolicy}`);
  for (const container of spec.containers) {
    check(`container ${container.name}`, container, CONTAINER_FIELDS);
    if ((container.securityContext?.runAsUser ?? 0) !== 0) refuse(`container ${container.name} does not run as root`);
    check(`the readiness probe of ${container.name}`, container.readinessProbe ?? {}, PROBE_FIELDS);
  }
  for (const volume of spec.volumes ?? []) check(`volume ${volume.name}`, volume, VOLUME_FIELDS);
}
