import type { K3osConfig } from './config';

/** Path of k3s in the image of k3OS. */
export const K3S = '/sbin/k3s';
/** Name of the k3s service on k3OS. */
export const K3S_SERVICE = 'k3s-service';
/** Path of the log of k3s under OpenRC. */
export const K3S_LOG = `/var/log/${K3S_SERVICE}.log`;

/** The arguments of k3s on k3OS. */
export function k3sArguments({ k3os = {} }: K3osConfig): string[] {
  const labels = { ...k3os.labels, 'k3os.io/mode': 'local' };
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [...(k3os.k3s_args ?? ['server']), ...pairs.sort().flatMap((pair) => ['--node-label', pair])];
}

/** Runs the commands up to the first that fails; k3s starts in any case. */
export const ccapplyService = (commands: readonly string[]): string =>
  service('start() {', `  ${['true', ...commands.map((line) => `sh -c ${quoted(line)}`)].join(' &&\n  ')}`, '}');

/** The service of the k3s install script, with the lines that matter here. */
export const k3sService = (args: readonly string[]): string =>
  service(
    'supervisor=supervise-daemon',
    `command=${K3S}`,
    `command_args="${args.map(quoted).join(' ')}"`,
    `output_log=${K3S_LOG}`,
    `error_log=${K3S_LOG}`,
    'respawn_delay=5',
    'respawn_max=0',
  );

const service = (...lines: readonly string[]): string => ['#!/sbin/openrc-run', ...lines, ''].join('\n');

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
