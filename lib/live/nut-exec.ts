import type { Cluster, Ups } from '../cluster';
import { urlHost } from '../network';
import { Deadline } from './deadline';
import { ApplyError, type Kubectl } from './kubectl';
import type { PodState } from './reasons';

/** kubectl's arguments that list the pods of NUT. */
export const NUT_PODS = ['--namespace=nut', 'get', 'pods', '--output=json'] as const;

/**
 * What kubectl prints; undefined if it fails, cannot be started, or there is nothing to ask. Without retries: the node of a pod may be off.
 */
export async function outputOf(
  kubectl: Kubectl,
  args: readonly string[] | undefined,
  milliseconds: number,
): Promise<string | undefined> {
  if (args === undefined) return undefined;
  try {
    const { code, stdout } = await kubectl.run(args, new Deadline(milliseconds));
    return code === 0 ? stdout.trim() : undefined;
  } catch (error) {
    // it has run before, and a person does not repeat an outage because it cannot be started for a moment
    if (error instanceof ApplyError) return undefined;
    throw error;
  }
}

const exec = (pod: PodState, container: string, ...command: readonly string[]): string[] => [
  '--namespace=nut',
  'exec',
  pod.name,
  `--container=${container}`,
  '--',
  ...command,
];

/**
 * kubectl's arguments that ask for a UPS by upsc.
 *
 * @param variables default: all
 * @returns undefined without a pod that can be asked
 */
export function upscArguments(
  { nut }: Cluster,
  ups: Ups,
  pods: readonly PodState[],
  ...variables: readonly string[]
): string[] | undefined {
  const primary = pods.find(({ name, node }) => name.startsWith('nut-primary') && node === ups.node);
  if (primary) return exec(primary, 'upsd', 'upsc', `${ups.name}@127.0.0.1:${nut.port}`, ...variables);
  const any = pods.find(({ name }) => /^nut-(primary|secondary)/.test(name));
  if (!ups.server || !any) return undefined;
  return exec(any, 'second', 'upsc', `${ups.name}@${urlHost(ups.server.address)}:${ups.server.port}`, ...variables);
}

/** kubectl's arguments that print the last power-off in the record of a host, or `none`. Undefined without a pod there. */
export function lastPowerOffArguments(node: string, pods: readonly PodState[]): string[] | undefined {
  const pod = pods.find((one) => one.node === node && /^nut-(primary|secondary)/.test(one.name));
  return pod && exec(pod, 'second', 'sh', '-c', 'cat /killpower/last 2>/dev/null || echo none');
}
