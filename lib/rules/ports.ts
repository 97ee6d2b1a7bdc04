import { listeners, listensOn } from '../machines';
import { subject } from './subject';

const RULES = {
  'port-taken': { cause: '`nut.port`, `controlPlane.port` or the port above it (kube-apiserver) is in use' },
} as const;

/** No two programs on one node listen on the same port. UDP ports, such as that of flannel, do not conflict with TCP. */
export const ports = subject(RULES, (cluster, report) => {
  const all = listeners(cluster).filter(({ protocols = ['tcp'] }) => protocols.includes('tcp'));
  for (const [i, one] of all.entries()) {
    for (const other of all.slice(i + 1)) {
      if (one.port !== other.port || !cluster.nodes.some((node) => [one, other].every((l) => listensOn(l, node))))
        continue;
      // of two settings, the one that is not at its default has to change
      const changes = other.chosen && (!one.chosen || other.port !== other.chosen.usual) ? other : one;
      if (!changes.chosen) continue;
      const { path } = changes.chosen;
      const claim =
        changes.what === 'kube-apiserver'
          ? `${path.join('.')} ${changes.port - 1}, with kube-apiserver on ${changes.port},`
          : `${path.join('.')} ${changes.port}`;
      const { what } = changes === one ? other : one;
      report(
        'port-taken',
        path,
        `${claim} conflicts with ${what} on the same node`,
        'choose another port, or remove it',
      );
    }
  }
});
