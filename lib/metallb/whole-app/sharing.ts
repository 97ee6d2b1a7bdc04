import { METALLB } from '../../releases';
import { placeOf, type ServiceManifest } from './objects';
import type { Request } from './services';

/**
 * Problems of services that request the same address. MetalLB assigns it to the first; the others stay pending.
 *
 * Source: https://metallb.io/usage/#ip-address-sharing
 */
export function sharingProblems(requests: readonly Request[]): string[] {
  const asked = requests.flatMap(({ service, addresses }) => addresses.map(({ text }) => ({ service, text })));
  return asked.flatMap(({ service, text }, index) =>
    asked
      .slice(0, index)
      .filter((other) => other.text === text && other.service !== service)
      .flatMap((other) => between(other.service, service, text)),
  );
}

function between(a: ServiceManifest, b: ServiceManifest, address: string): string[] {
  const both = `${placeOf(a)} and ${placeOf(b)}`;
  const [keyA, keyB] = [a, b].map(({ metadata }) => metadata.annotations?.[METALLB.annotations.allowSharedIp]);
  if (!keyA || keyA !== keyB) {
    return [
      `${both} request the same address ${address}; give each its own, or both the same value of ${METALLB.annotations.allowSharedIp}`,
    ];
  }
  const ports = portsOf(a).filter((port) => portsOf(b).includes(port));
  const problems = ports.map((port) => `${both} share ${address} and its port ${port}; give one of them another port`);
  if (backend(a) !== backend(b)) {
    problems.push(
      `${both} share ${address}, which needs externalTrafficPolicy Cluster on both, or Local and the same selector; set both to Cluster`,
    );
  }
  return problems;
}

const portsOf = ({ spec }: ServiceManifest): string[] =>
  (spec?.ports ?? []).map(({ port, protocol = 'TCP' }) => `${protocol} ${port}`);

/** With Local, the node that answers needs a pod of every service, so all must have the same pods. */
function backend({ spec }: ServiceManifest): string {
  if (spec?.externalTrafficPolicy !== 'Local') return '';
  const selector = Object.entries(spec.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  return selector.sort().join();
}
