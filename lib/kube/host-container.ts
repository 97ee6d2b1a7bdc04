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
  /** Ports as documentation; a host network container opens what it opens. @default - none */
  readonly ports?: readonly { readonly name: string; readonly number: number }[];
  /** When the pod counts as ready. There is no other kind of probe, because those end containers. @default - once it runs */
  readonly readiness?: kplus.Probe;
  /** All rights on the machine. @default false */
  readonly privileged?: boolean;
  /** Capabilities to keep when not privileged; all others are dropped. @default - none */
  readonly capabilities?: readonly kplus.Capability[];
  /** CPU asked for, in thousandths of a core; there is no limit. */
  readonly cpuMillis: number;
  /** Memory asked for, in MiB. */
  readonly memoryMebibytes: number;
  /** Memory at which the container is ended, in MiB. */
  readonly memoryLimitMebibytes: number;
}

/**
 * Settings of a container that runs as root of the machine and must start when nothing around it works: no pull when the
 * image is there, no probe that could end it, little memory, and no right that it does not name.
 *
 * cdk8s-plus-27 would default to `imagePullPolicy: Always`, 1000m and 512 MiB, a startup probe for a port, and for
 * `privileged` alone a combination that the API server refuses.
 *
 * Throws an Error for an image that is not pinned.
 */
export function hostContainer(props: HostContainerProps): kplus.ContainerProps {
  if (!IMAGE.test(props.image)) {
    throw new Error(
      `the image "${props.image}" of container ${props.name} has no tag and no digest, or is the latest of whatever; pin it`,
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
      memory: {
        request: Size.mebibytes(props.memoryMebibytes),
        limit: Size.mebibytes(props.memoryLimitMebibytes),
      },
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
