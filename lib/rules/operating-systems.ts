import { subject } from './subject';

const RULES = {
  'archived-system': { cause: '`os` names k3OS, which is archived since 2023', severity: 'warning' },
  'logind-without-systemd': { cause: '`os` names k3OS, which has no systemd, and `power.actuator` is `logind`' },
} as const;

/** What the operating systems of the nodes can do. */
export const operatingSystems = subject(RULES, ({ os = [], power, nodes }, report) => {
  const at = os.indexOf('k3os');
  if (at < 0) return;
  const path = ['os', at];
  report(
    'archived-system',
    path,
    'k3OS is archived since 2023 and ends at k3s 1.23, which gets no fixes and does not stop pods in order at a halt',
    'use cloud-init or kairos when a node is replaced',
  );
  if (power.actuator !== 'logind' || nodes.every(({ ups }) => ups.length === 0)) return;
  report(
    'logind-without-systemd',
    path,
    'actuator logind cannot power off k3OS, which has no systemd',
    'use actuator killpowerd, or remove k3os',
  );
});
