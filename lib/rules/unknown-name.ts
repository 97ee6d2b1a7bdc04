import { error, type Path, type Problem } from '../cluster';

/** What a name can refer to: one of them, several, and the key of cluster.yaml under which they are described. */
const KINDS = {
  pool: ['pool', 'pools', 'pools'],
  node: ['node', 'nodes', 'nodes'],
  ups: ['UPS', 'UPSes', 'ups'],
  peer: ['BGP peer', 'peers', 'peers'],
  community: ['community', 'communities', 'communities'],
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
  const [one, many, key] = KINDS[kind];
  const cure = known.length > 0 ? `the ${many} are ${known.join(', ')}` : `describe it under ${key}`;
  return [error(`unknown-${kind}`, path, `there is no ${one} ${JSON.stringify(name)}${remark}`, cure)];
}
