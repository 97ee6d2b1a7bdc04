import type { SecretReference } from './dist';

/** A Secret that is not there, who waits for it, and the command that makes it. */
export function secretLine({ namespace, name, keys, usedBy }: SecretReference, context: string): string {
  const waiting = usedBy.map((workload) => workload.name).join(', ');
  const kubectl = `kubectl --context ${context}`;
  const cure = isOfNut(namespace, keys)
    ? `npm run --silent secret:nut${given(keys)} | ${kubectl} apply -f -`
    : `${kubectl} -n ${namespace} create secret generic ${name} ${fromFiles(keys)}`;
  return `Secret ${name} is missing in namespace ${namespace}, and ${waiting} wait for it; make it: ${cure}`;
}

/** Whether it holds the passwords of NUT, of which every pod reads this one. Its certificates are another Secret. */
const isOfNut = (namespace: string, keys: readonly string[]): boolean =>
  namespace === 'nut' && keys.includes('secondary');

/** Passwords that nobody can invent: of machines that serve a UPS, and of UPSes. */
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
