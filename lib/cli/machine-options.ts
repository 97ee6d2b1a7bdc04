import type { Command } from 'commander';
import type { Cluster } from '../cluster';
import { Progress, restartObstacles } from '../live';
import { type ConnectionOptions, userName } from './cluster-options';
import { ONE_SITE } from './program';

/** Which site, and how to log in to its hosts. */
export interface HostOptions {
  readonly cluster?: string;
  readonly ssh?: true | string;
  readonly sudo?: boolean;
}

export const sshOf = ({ ssh, sudo = false }: HostOptions) => ({
  ...(typeof ssh === 'string' && { user: ssh }),
  sudo,
  interactive: process.stdin.isTTY === true,
});

export const say = (line: string): void => console.log(line);

/** Adds the options of `HostOptions`. */
export const withSsh = (one: Command): Command =>
  one
    .option('--ssh [user@]', 'user on the nodes; default: that of ssh', userName)
    .option('--sudo', 'use sudo, which must not ask for a password')
    .option('--cluster <file>', ONE_SITE);

/** The same, and names of nodes. */
export const withNodes = (one: Command): Command => withSsh(one.argument('[node...]', 'names of nodes; default: all'));

/** The connection of a command that has already read the site. */
export const connectionOf = (cluster: Cluster, { context, kubeconfig, kubectl, timeout }: ConnectionOptions) => ({
  context: context ?? cluster.name,
  ...(kubeconfig !== undefined && { kubeconfig }),
  kubectl,
  servers: [],
  timeoutMs: timeout * 1000,
  progress: new Progress(process.stdout),
});

/** What prevents a restart of k3s, of a connection. */
export const obstaclesOf = (cluster: Cluster, connection: ConnectionOptions) => () =>
  restartObstacles(cluster, connectionOf(cluster, connection));

export const K3S_BINARY = ['--k3s-binary <file>', 'k3s of the release, for nodes without internet access'] as const;
