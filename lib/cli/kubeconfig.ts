import { type Command, InvalidArgumentError, Option } from 'commander';
import { type KubeconfigOptions, writeKubeconfig } from '../live';
import { userName } from './cluster-options';
import { command, exitStatus, ONE_SITE, warn } from './program';

interface Options extends Omit<KubeconfigOptions, 'user' | 'timeoutSeconds' | 'interactive'> {
  readonly ssh?: true | string;
  readonly timeout: number;
}

const HELP = `
The file is replaced atomically with mode 0600; its previous content stays in FILE.<UTC time>.bak. On an error nothing is written.

--ssh reads /etc/rancher/k3s/k3s.yaml with the ssh program and configuration of this host; without a terminal ssh does not prompt.
Images disable root login: the user is debian, ubuntu or kairos, or rancher on k3OS. k3s.yaml is as secret as a password.

  power-safe-k3s kubeconfig --ssh debian@ --sudo --merge ~/.kube/config
  power-safe-k3s kubeconfig --ssh root@ --merge ~/.kube/config
  power-safe-k3s kubeconfig --from k3s.yaml > home.yaml

--rescue is for when no address of the site is reachable. It adds the context NAME-rescue, such as for the end of a tunnel:

  ssh -N -L 16443:127.0.0.1:6443 debian@k3s-2 &
  power-safe-k3s kubeconfig --ssh debian@ --sudo --rescue localhost:16443 --merge ~/.kube/config

${exitStatus('invalid input or no server answers')}`;

function wholeSeconds(text: string): number {
  if (!/^[1-9][0-9]{0,2}$/.test(text)) throw new InvalidArgumentError('give 1 to 999 seconds');
  return Number(text);
}

function hostAndPort(text: string): string {
  const port = Number(/^(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9][A-Za-z0-9.-]*):([0-9]{1,5})$/.exec(text)?.[1]);
  if (!(port >= 1 && port <= 65_535)) throw new InvalidArgumentError('give host and port, such as localhost:16443');
  return text;
}

function action({ ssh, timeout, ...options }: Options, self: Command): void {
  if (options.from === undefined && ssh === undefined) {
    self.error('error: no source of credentials; give --ssh, or --from with a copy of k3s.yaml');
  }
  if (options.sudo && ssh === undefined) self.error('error: --sudo needs --ssh; add --ssh, or remove --sudo');
  const { warnings, summary, text } = writeKubeconfig(
    {
      ...options,
      user: ssh === true ? undefined : ssh,
      timeoutSeconds: timeout,
      interactive: process.stdin.isTTY === true,
    },
    new Date(),
  );
  if (text !== undefined) process.stdout.write(text);
  for (const warning of warnings) warn(warning);
  console.error(summary);
}

export const kubeconfigCommand = command('kubeconfig')
  .description('Writes a kubeconfig with a context for the control-plane VIP, the DNS name and each server.')
  .addOption(new Option('--from <file>', 'copy of k3s.yaml of a server; - reads standard input').conflicts('ssh'))
  .option(
    '--ssh [user@]',
    'read k3s.yaml from the first server that has a valid one; default user: that of ssh',
    userName,
  )
  .option('--sudo', 'with --ssh: read the file with sudo, which must not ask for a password')
  .option('--timeout <seconds>', 'with --ssh: connection timeout per server', wholeSeconds, 5)
  .option('--merge <file>', 'add to this kubeconfig; entries of other clusters stay')
  .option('--out <file>', 'file to write; default: the file of --merge, else standard output')
  .option('--cluster <file>', ONE_SITE)
  .option('--rescue <host:port>', 'add a context for an address that is not in the certificate', hostAndPort)
  .option('--use', "make the VIP's context the current context")
  .option('--replace', 'replace entries of another cluster that have the same names')
  .addHelpText('after', HELP)
  .action(action);
