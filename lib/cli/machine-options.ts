import type { Command } from 'commander';
import { userName } from './cluster-options';
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
