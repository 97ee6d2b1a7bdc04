import { type Cluster, error, type Problem, warning } from '../cluster';

/** What the machines run, where the site says so. */
export function operatingSystems({ os = [], power, nodes }: Cluster): Problem[] {
  const at = os.indexOf('k3os');
  if (at < 0) return [];
  const path = ['os', at];
  const isFed = nodes.some(({ ups }) => ups.length > 0);
  return [
    warning(
      'archived-system',
      path,
      'k3OS is archived since 2023 and ends at k3s 1.23, which gets no fixes and does not end pods in order when a machine halts',
      'install cloud-init or kairos when a machine is replaced; until then keep it',
    ),
    ...(isFed && power.actuator === 'logind'
      ? [
          error(
            'logind-without-systemd',
            path,
            'k3OS has no systemd, so with the actuator logind nothing powers its machines off',
            'use the actuator killpowerd, or take k3os out',
          ),
        ]
      : []),
  ];
}
