import { type Cluster, type Host, upsesAt } from '../cluster';
import { driverAccess, USB_VENDORS } from '../power';
import { K3S_HA_PORT } from '../releases';
import { joinUrl, TOKEN_FILE } from './k3s-config';
import { serviceOf } from './k3s-ha';
import { needsKillpowerd } from './killpower';
import { machineFiles, openrcFiles, type Secrets, type ServerAddOns } from './machine-files';
import { listeners, listensOn } from './ports';
import { resetCommands, restoreOptions, SNAPSHOTS_FOLDER } from './reset';
import { wholeScript } from './text';

/** Folder on a host for k3s and its installer, if they are copied there instead of fetched. */
export const OFFLINE_FOLDER = '/usr/local/share/k3s-ha/offline';

/** What a script does. See scripts/install.sh. */
export type InstallVerb =
  | 'check'
  | 'plan'
  | 'install'
  | 'start'
  | 'await'
  | 'status'
  | 'version'
  | 'snapshot'
  | 'upgrade'
  | 'restoring'
  | 'ca'
  | 'fits'
  | 'stop'
  | 'restore'
  | 'set_aside'
  | 'rejoin'
  | 'restored'
  | 'sum'
  | 'rotate'
  | 'token'
  | 'restart'
  | 'state'
  | 'leave'
  | 'detach'
  | 'uninstall'
  | 'etcd'
  | 'evict';

/** Seconds that `await` gives to the bootstrap, the join and the VIP. */
const WAIT_SECONDS = 600;

/**
 * The script that installs one host with systemd or OpenRC: POSIX sh, for root, with all files of the host in it. Its arguments are verbs;
 * without one it does everything. It can be run again at any time. Pure.
 *
 * @param secrets with a token the text is secret; without one the token on the host stays
 */
export function installScript(
  cluster: Cluster,
  node: Host,
  addOns: ServerAddOns,
  { token }: Pick<Secrets, 'token'>,
): string {
  const { name, role } = node;
  const keepalived = role === 'server' && cluster.controlPlane.provider === 'keepalived';
  const settings = {
    name,
    role,
    service: serviceOf(role),
    version: cluster.versions.k3s,
    // the installer as it is in the release
    source: `https://raw.githubusercontent.com/k3s-io/k3s/${encodeURIComponent(cluster.versions.k3s)}`,
    offline: OFFLINE_FOLDER,
    token: TOKEN_FILE,
    snapshots: SNAPSHOTS_FOLDER,
    vip: joinUrl(cluster),
    etcd: 'https://127.0.0.1:2379',
    limit: String(WAIT_SECONDS),
    packages: ['curl', ...(keepalived ? ['keepalived'] : [])].join(' '),
    services: [
      ...(needsKillpowerd(cluster) ? ['killpowerd'] : []),
      ...(keepalived ? ['keepalived'] : []),
      ...(role === 'server' ? ['k3s-ha'] : []),
    ].join(' '),
    // what no host with OpenRC can do
    needs_systemd: cluster.ups.length > 0 && !needsKillpowerd(cluster) ? 'power.actuator' : '',
    ports: listeners(cluster)
      .filter((one) => one.port !== K3S_HA_PORT && listensOn(one, node) && (one.protocols ?? ['tcp']).includes('tcp'))
      .map(({ port }) => port)
      .join(' '),
    ups: upsesAt(cluster, node)
      .flatMap(({ name: ups, driver, port }) =>
        driver !== undefined && driverAccess({ driver, port }) === 'usb' ? [`${ups}=${driver}`] : [],
      )
      .join(' '),
    usb_vendors: Object.entries(USB_VENDORS)
      .map(([vendor, drivers]) => `${vendor}=${drivers.join(',')}`)
      .join(' '),
  };
  const [shell, body] = wholeScript('lib/machines/scripts/install.sh');
  return [
    shell.trimEnd(),
    `# Installs ${name} of ${cluster.name}${token === undefined ? '' : '. Secret: it holds the token of the cluster'}. As root: sh FILE [VERB...]`,
    // one function: a script that arrives in part does nothing
    'main() {',
    ...Object.entries(settings).map(([key, value]) => `${key}='${value}'`),
    'files() {',
    ...[
      ...machineFiles(cluster, role, addOns, { ...(token !== undefined && { token }) }),
      ...openrcFiles(cluster, role),
    ].map(({ path, permissions, content }) => {
      const end = endOf(content);
      return `file ${permissions} ${path} <<'${end}'\n${content.replace(/\n$/, '')}\n${end}`;
    }),
    '}',
    `reset_etcd() {\n${resetCommands(restoreOptions(cluster, '$1')).join(' &&\n')}\n}`,
    body.trimEnd(),
    '}',
    '[ $# -gt 0 ] || set -- check install start await',
    'main "$@" </dev/null',
    '',
  ].join('\n');
}

/** A line that a text does not have. */
const endOf = (content: string, end = 'END_OF_FILE'): string =>
  content.split('\n').includes(end) ? endOf(content, `${end}_`) : end;
