import type { Cluster } from '../cluster';
import { readProjectFile, WRITTEN_BY } from '../files';
import { commentedFile, markedScript } from './text';

/** Where the script that powers the machine off is installed. */
export const KILLPOWERD = '/usr/local/sbin/killpowerd';

/** False where nothing needs to be on the machines: without a UPS, or when the pods ask logind. */
export const needsKillpowerd = ({ ups, power }: Cluster): boolean => ups.length > 0 && power.actuator === 'killpowerd';

/** The files of killpower/: what powers a machine off when the deadline in `nut.killpowerPath` has come. None when the pods ask logind. */
export function killpowerFiles(cluster: Cluster): [string, string][] {
  if (!needsKillpowerd(cluster)) return [];
  return [
    ['killpower/killpowerd', killpowerdScript()],
    ['killpower/killpowerd.service', systemdService(cluster)],
    ['killpower/killpowerd.openrc', openrcService(cluster)],
  ];
}

/** The script, the same for every site; what differs are its arguments. */
export const killpowerdScript = (): string => markedScript(readProjectFile('lib/machines/scripts/killpowerd.sh'));

const argumentsOf = ({ nut, power }: Cluster): string => `--wake ${power.rtcWakeSeconds} ${nut.killpowerPath}`;

/** https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html */
const systemdService = (cluster: Cluster): string =>
  commentedFile(
    ['As /etc/systemd/system/killpowerd.service: systemctl enable --now killpowerd'],
    [
      '[Unit]',
      `Description=Power off at the deadline in ${cluster.nut.killpowerPath}`,
      '# not stopped by a shutdown: it is there to end one that hangs',
      'DefaultDependencies=no',
      'IgnoreOnIsolate=yes',
      'After=sysinit.target',
      '# it stands before the first pod of this boot can set a deadline',
      'Before=k3s.service k3s-agent.service',
      'StartLimitIntervalSec=0',
      '',
      '[Service]',
      '# At the end of a shutdown systemd sends SIGTERM to every process that is left and gives it 90 s; pods outlive k3s and ignore it.',
      '# A process whose name begins with @ is left alone, see https://systemd.io/ROOT_STORAGE_DAEMONS',
      `ExecStart=@/bin/sh @killpowerd ${KILLPOWERD} ${argumentsOf(cluster)}`,
      '# when it dies it is restarted at once, whatever it has started',
      'KillMode=process',
      'SyslogIdentifier=killpowerd',
      'Restart=always',
      'RestartSec=1',
      'OOMScoreAdjust=-1000',
      '',
      '[Install]',
      'WantedBy=multi-user.target',
    ],
  );

/** Restarted by OpenRC's own supervisor: https://github.com/OpenRC/openrc/blob/master/supervise-daemon-guide.md */
export const openrcService = (cluster: Cluster): string => `#!/sbin/openrc-run
# ${WRITTEN_BY}
# As /etc/init.d/killpowerd, mode 0755: rc-update add killpowerd default && rc-service killpowerd start

description="Power off at the deadline in ${cluster.nut.killpowerPath}"
supervisor=supervise-daemon
command=${KILLPOWERD}
command_args="${argumentsOf(cluster)}"
error_log=/var/log/killpowerd.log
respawn_delay=1
# without a limit: a script that was given up on is a machine that never goes off
respawn_max=0

depend() {
  after localmount bootmisc
  # it stands before the first pod of this boot can set a deadline
  before k3s k3s-agent k3s-service
  # not stopped by a shutdown: it is there to end one that hangs
  keyword -shutdown
}

start_pre() {
  # the script and its supervisor are the last that a machine without memory may kill
  echo -1000 2>/dev/null >/proc/self/oom_score_adj || true
}
`;

/** Where killpowerd goes on a machine with systemd, and the commands that switch it on. Nothing where it is not needed. */
export function killpowerInstallation(cluster: Cluster): {
  readonly files: readonly { readonly path: string; readonly permissions: string; readonly content: string }[];
  readonly commands: readonly string[];
} {
  if (!needsKillpowerd(cluster)) return { files: [], commands: [] };
  return {
    files: [
      { path: KILLPOWERD, permissions: '0755', content: killpowerdScript() },
      { path: '/etc/systemd/system/killpowerd.service', permissions: '0644', content: systemdService(cluster) },
    ],
    commands: ['systemctl enable --now killpowerd'],
  };
}
