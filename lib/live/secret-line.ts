import type { SecretReference } from './dist';

/** A missing Secret, the workloads that require it, and the command that creates it. */
export function secretLine({ namespace, name, keys, usedBy }: SecretReference, context: string): string {
  const waiting = usedBy.map((workload) => workload.name).join(', ');
  const kubectl = `kubectl --context ${context}`;
  const cure = isOfNut(namespace, keys)
    ? `npm run --silent secret:nut${given(keys)} | ${kubectl} apply -f -`
    : `${kubectl} -n ${namespace} create secret generic ${name} ${fromFiles(keys)}`;
  return `Secret ${name} is missing in namespace ${namespace}, required by ${waiting}; create it: ${cure}`;
}

/** Whether it is the Secret with the passwords of NUT: every NUT pod reads this key. */
const isOfNut = (namespace: string, keys: readonly string[]): boolean =>
  namespace === 'nut' && keys.includes('secondary');

/** Arguments for the passwords that cannot be generated: of hosts that serve a UPS, and of drivers. */
function given(keys: readonly string[]): string {
  const files = [
    ...keys
      .filter((key) => key.startsWith('server-'))
      .map((key) => `--server-file ${key.slice('server-'.length)}=FILE`),
    ...keys.filter((key) => key.startsWith('driver-')).map(() => '--driver-file UPS.OPTION=FILE'),
  ];
  return files.length === 0 ? '' : ` -- ${files.join(' ')}`;
}

const fromFiles = (keys: readonly string[]): string =>
  keys.length === 0 ? '--from-file=...' : keys.map((key) => `--from-file=${key}=FILE`).join(' ');
