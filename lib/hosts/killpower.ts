import type { Cluster } from '../cluster/schema';
import { readProjectFile } from '../project-file';
import { commentedFile, markedScript, WRITTEN_BY } from './text';

/** Where the watcher for machines without systemd is installed. */
export const WATCHER = '/usr/local/sbin/killpower-watch';

const flagOf = ({ nut }: Cluster): string => `${nut.killpowerPath}/killpower`;

/** The watcher for machines without systemd, a POSIX shell script. */
export const watcherScript = (): string => markedScript(readProjectFile('lib/hosts/scripts/killpower-watch.sh'));

/** Starts the watcher and restarts it when it dies, with OpenRC's own supervisor: https://github.com/OpenRC/openrc, supervise-daemon-guide.md. */
export const openrcService = ({ nut }: Cluster): string => `#!/sbin/openrc-run
# ${WRITTEN_BY}
# As /etc/init.d/killpower-watch, mode 0755: rc-update add killpower-watch default && rc-service killpower-watch start

description="Power off when a pod raises the power-off flag"
supervisor=supervise-daemon
command=${WATCHER}
command_args=${nut.killpowerPath}
error_log=/var/log/killpower-watch.log
respawn_delay=1
# without a limit: a watcher that was given up on is a machine that never goes off
respawn_max=0

depend() {
  after localmount bootmisc
  # the flag of an earlier boot must be gone before a pod can raise a new one
  before k3s k3s-agent k3s-service
}
`;

/** The files of killpower/: what powers a machine off when a pod on it raises the flag. */
export function killpowerFiles(cluster: Cluster): [string, string][] {
  return [
    ['killpower/killpower.path', pathUnit(cluster)],
    ['killpower/killpower.service', serviceUnit(cluster)],
    ['killpower/killpower.tmpfiles.conf', tmpfiles(cluster)],
    ['killpower/killpower-watch.sh', watcherScript()],
    ['killpower/killpower-watch.openrc', openrcService(cluster)],
  ];
}

/** https://www.freedesktop.org/software/systemd/man/latest/systemd.path.html */
const pathUnit = (cluster: Cluster): string =>
  commentedFile(
    ['As /etc/systemd/system/killpower.path: systemctl enable --now killpower.path'],
    [
      '[Unit]',
      'Description=Watch for the power-off flag',
      '# a flag from before the boot is removed there; seen here, it would power the machine off again',
      'Wants=systemd-tmpfiles-setup.service',
      'After=systemd-tmpfiles-setup.service',
      '# the watch stands before the first pod of this boot can raise the flag',
      'Before=k3s.service k3s-agent.service',
      '',
      '[Path]',
      `PathExists=${flagOf(cluster)}`,
      '',
      '[Install]',
      'WantedBy=paths.target',
    ],
  );

/** https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html */
const serviceUnit = (cluster: Cluster): string =>
  commentedFile(
    ['As /etc/systemd/system/killpower.service; killpower.path starts it, nothing enables it.'],
    [
      '[Unit]',
      'Description=Power off, because a pod raised the power-off flag',
      '',
      '[Service]',
      'Type=oneshot',
      '# the dash: a flag that cannot be removed is no reason to stay on',
      `ExecStart=-rm -f ${flagOf(cluster)}`,
      '# -i: a program that inhibits shutdown must not outlast the battery',
      'ExecStart=systemctl poweroff -i',
      'Restart=on-failure',
      'RestartSec=1',
    ],
  );

/** https://www.freedesktop.org/software/systemd/man/latest/tmpfiles.d.html */
const tmpfiles = (cluster: Cluster): string =>
  commentedFile(
    [
      'As /etc/tmpfiles.d/killpower.conf; for now: systemd-tmpfiles --create /etc/tmpfiles.d/killpower.conf',
      'The exclamation mark keeps the removal to the boot, so that no later run takes a flag away that is meant.',
    ],
    [`d ${cluster.nut.killpowerPath} 0755 root root -`, `r! ${flagOf(cluster)}`],
  );
