import { Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { IMAGE } from '../text';
import { ALL } from './capability';

export interface HostContainerProps {
  readonly name: string;
  /** Full image reference with a tag or a digest. */
  readonly image: string;
  /** @default - the image's entrypoint */
  readonly command?: readonly string[];
  /** @default - the image's arguments */
  readonly args?: readonly string[];
  /** @default - none */
  readonly env?: Readonly<Record<string, kplus.EnvValue>>;
  /** Ports, for information: a host network container can open any. @default - none */
  readonly ports?: readonly { readonly name: string; readonly number: number }[];
  /** Readiness probe. There is no liveness or startup probe, because those restart containers. @default - ready once it runs */
  readonly readiness?: kplus.Probe;
  /** Full access to the node. @default false */
  readonly privileged?: boolean;
  /** Capabilities to keep when not privileged; all others are dropped. @default - none */
  readonly capabilities?: readonly kplus.Capability[];
  /** CPU request in millicores; there is no limit. */
  readonly cpuMillis: number;
  /** Memory request in MiB. */
  readonly memoryMebibytes: number;
  /** Memory limit in MiB. */
  readonly memoryLimitMebibytes: number;
}

/**
 * Settings of a container that runs as root on the node and must start without working dependencies: no pull of a present image,
 * no probe that restarts it, a small memory request, and no capability that it does not name.
 *
 * The defaults of cdk8s-plus-27 differ: `imagePullPolicy: Always`, 1000m, 512 MiB, a startup probe for a port, and for
 * `privileged` alone a combination that the API server refuses.
 *
 * @throws Error for an image that is not pinned
 */
export function hostContainer(props: HostContainerProps): kplus.ContainerProps {
  if (!IMAGE.test(props.image)) {
    throw new Error(
      `image "${props.image}" of container ${props.name} is not pinned; give a tag other than latest, or a digest`,
    );
  }
  const privileged = props.privileged ?? false;
  return {
    name: props.name,
    image: props.image,
    imagePullPolicy: kplus.ImagePullPolicy.IF_NOT_PRESENT,
    command: props.command && [...props.command],
    args: props.args && [...props.args],
    envVariables: props.env,
    ports: props.ports && [...props.ports],
    readiness: props.readiness,
    resources: {
      cpu: { request: kplus.Cpu.millis(props.cpuMillis) },
      memory: { request: Size.mebibytes(props.memoryMebibytes), limit: Size.mebibytes(props.memoryLimitMebibytes) },
    },
    securityContext: {
      ensureNonRoot: false,
      user: 0,
      group: 0,
      privileged,
      allowPrivilegeEscalation: privileged,
      readOnlyRootFilesystem: true,
      capabilities: privileged ? undefined : { drop: [ALL], add: props.capabilities && [...props.capabilities] },
    },
  };
}
