import type { Cluster, Ups } from '../../cluster';
import type { Connection } from '../connection';
import { lastPowerOffArguments, NUT_PODS, outputOf, upscArguments } from '../nut-exec';
import { type PodState, podsOf } from '../reasons';
import { answers } from './answers';
import type { Senses } from './rehearse';

const CALL_MS = 3000;

/** Sees a site by kubectl, and its hosts by TCP. The pods are listed again when they are not known or do not answer. */
export function sensesOf(
  cluster: Cluster,
  ups: Ups,
  { direct }: Pick<Connection, 'direct'>,
  terminal: Pick<Senses, 'pressed' | 'print'>,
): Senses {
  let pods: readonly PodState[] = [];
  const output = (args: readonly string[] | undefined) => outputOf(direct, args, CALL_MS);
  const ask = async (args: (known: readonly PodState[]) => string[] | undefined) => {
    const answer = await output(args(pods));
    if (answer !== undefined) return answer;
    const listed = await output(NUT_PODS);
    if (listed === undefined) return undefined;
    pods = podsOf({ pods: listed, events: '{"items":[]}' });
    return output(args(pods));
  };
  return {
    ...terminal,
    answers,
    now: Date.now,
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        setTimeout(resolve, milliseconds);
      }),
    upsStatus: () => ask((known) => upscArguments(cluster, ups, known, 'ups.status')),
    lastPowerOff: async (host) => {
      const [seconds = ''] = (await ask((known) => lastPowerOffArguments(host, known)))?.split(' ') ?? [];
      return /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
    },
  };
}
