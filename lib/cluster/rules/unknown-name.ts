import { error, type Path, type Problem } from '../problem';

/** What a name can refer to, as people say it. */
const KINDS = {
  pool: ['pool', 'pools'],
  node: ['node', 'nodes'],
  ups: ['UPS', 'UPSes'],
  peer: ['BGP peer', 'peers'],
  community: ['community', 'communities'],
} as const;

/** The problem that nothing of this kind has the name, with every name that would do. */
export function unknownName(
  kind: keyof typeof KINDS,
  name: string,
  known: readonly string[],
  path: Path,
  remark = '',
): Problem[] {
  if (known.includes(name)) return [];
  const [one, many] = KINDS[kind];
  const cure = known.length > 0 ? `the ${many} are ${known.join(', ')}` : `describe it under ${kind}`;
  return [error(`unknown-${kind}`, path, `there is no ${one} ${JSON.stringify(name)}${remark}`, cure)];
}
