import { createHash } from 'node:crypto';
import type { Cluster } from '../cluster';
import { WRITTEN_BY } from '../files';
import { powerPlan } from '../power';
import { commentedFile, markedScript } from './text';

/** Installed path of the script that powers the host off. */
export const KILLPOWERD = '/usr/local/sbin/killpowerd';

/** False without a UPS, or when the pods use logind: the hosts need no script. */
export const needsKillpowerd = ({ ups, power }: Cluster): boolean => ups.length > 0 && power.actuator === 'killpowerd';

/** The files of killpower/, which power a host off at the deadline in `nut.killpowerPath`. None when the pods use logind. */
export function killpowerFiles(cluster: Cluster): [string, string][] {
  if (!needsKillpowerd(cluster)) return [];
  return [
    ['killpower/killpowerd', killpowerdScript()],
    ['killpower/killpowerd.service', systemdService(cluster)],
    ['killpower/killpowerd.openrc', openrcService(cluster)],
  ];
}

/** The script, the same for every site; its arguments differ. */
export const killpowerdScript = (): string => markedScript('lib/machines/scripts/killpowerd.sh');

/** What a running killpowerd of this version writes beside its heartbeat. */
export const killpowerdHash = (): string => createHash('sha256').update(killpowerdScript()).digest('hex').slice(0, 12);

/** A deadline is set when the shutdown begins or later, so the output is cut within this time after it. */
function argumentsOf(cluster: Cluster): string {
  const { nut, power } = cluster;
  const cutSeconds = Math.max(...powerPlan(cluster).upses.map(({ latestCutSeconds }) => latestCutSeconds));
  return `--cut ${cutSeconds} --wake ${power.rtcWakeSeconds} ${nut.killpowerPath}`;
}

const gateOf = ({ nut, power }: Cluster): string =>
  `${KILLPOWERD} --gate --wake ${power.rtcWakeSeconds} ${nut.killpowerPath}`;

const WHY_GATE = '# a host that restarts while its UPS may cut the output powers off again or waits, before k3s starts';

/** https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html */
const systemdService = (cluster: Cluster): string =>
  commentedFile(
    ['As /etc/systemd/system/killpowerd.service. Then: systemctl enable --now killpowerd'],
    [
      '[Unit]',
      `Description=Power off at the deadline in ${cluster.nut.killpowerPath}`,
      '# a shutdown does not stop it: it ends a shutdown that hangs',
      'DefaultDependencies=no',
      'IgnoreOnIsolate=yes',
      'After=sysinit.target',
      '# runs before a pod of this boot can set a deadline',
      'Before=k3s.service k3s-agent.service',
      'StartLimitIntervalSec=0',
      '',
      '[Service]',
      '# At the end of a shutdown systemd sends SIGTERM to all remaining processes and waits 90 s; containers run on without k3s and may ignore it.',
      '# It skips a process whose name begins with @: https://systemd.io/ROOT_STORAGE_DAEMONS',
      WHY_GATE,
      `ExecStartPre=-@/bin/sh @killpowerd ${gateOf(cluster)}`,
      'TimeoutStartSec=infinity',
      `ExecStart=@/bin/sh @killpowerd ${KILLPOWERD} ${argumentsOf(cluster)}`,
      '# restart it at once when it exits, even while its children run',
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
# As /etc/init.d/killpowerd, mode 0755. Then: rc-update add killpowerd default && rc-service killpowerd start

description="Power off at the deadline in ${cluster.nut.killpowerPath}"
supervisor=supervise-daemon
command=${KILLPOWERD}
command_args="${argumentsOf(cluster)}"
error_log=/var/log/killpowerd.log
respawn_delay=1
# no limit: without this script the host is not powered off
respawn_max=0

depend() {
  after localmount bootmisc
  # runs before a pod of this boot can set a deadline
  before k3s k3s-agent k3s-service
  # a shutdown does not stop it: it ends a shutdown that hangs. k3s waits for the gate without limit
  keyword -shutdown -timeout
}

start_pre() {
  # the kernel kills the script and its supervisor last when memory runs out
  echo -1000 2>/dev/null >/proc/self/oom_score_adj || true
  ${WHY_GATE}
  ${gateOf(cluster)} || true
}
`;

/** The files of killpowerd on a host with systemd, and the commands that start it. Empty where it is not needed. */
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
