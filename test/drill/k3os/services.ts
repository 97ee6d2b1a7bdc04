import type { K3osConfig } from './config';

/** Where the image of k3OS has k3s. */
export const K3S = '/sbin/k3s';
/** What k3OS calls the service of k3s. */
export const K3S_SERVICE = 'k3s-service';
/** Where k3s writes its log under OpenRC. */
export const K3S_LOG = `/var/log/${K3S_SERVICE}.log`;

/** The arguments that k3OS starts k3s with. */
export function k3sArguments({ k3os = {} }: K3osConfig): string[] {
  const labels = { ...k3os.labels, 'k3os.io/mode': 'local' };
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [...(k3os.k3s_args ?? ['server']), ...pairs.sort().flatMap((pair) => ['--node-label', pair])];
}

/** Runs the commands one after the other up to the first that fails, and k3s starts all the same. */
export const ccapplyService = (commands: readonly string[]): string =>
  service('start() {', `  ${['true', ...commands.map((line) => `sh -c ${quoted(line)}`)].join(' &&\n  ')}`, '}');

/** The lines of the service that matter here, as the install script of k3s writes it. */
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
