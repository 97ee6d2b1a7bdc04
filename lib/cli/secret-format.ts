import { spawnSync } from 'node:child_process';
import { type Command, Option } from 'commander';
import { keptSealedSecret } from '../nut';
import { warn } from './program';

/** How a secret is printed. */
export interface Format {
  readonly age?: string;
  readonly sops?: boolean;
  readonly sealed?: boolean;
}

/** Adds the options of a file that is encrypted. */
export const withEncryption = (command: Command): Command =>
  command
    .option('--age <recipient>', 'encrypt by sops for this age recipient (age1...)')
    .addOption(new Option('--sops', 'encrypt by sops for the recipients of your .sops.yaml').conflicts('age'));

/** The same with `Format` as a whole, for a Secret of the cluster. */
export const withFormat = (command: Command): Command =>
  withEncryption(command).addOption(
    new Option('--sealed', 'encrypt by kubeseal, as SealedSecret').conflicts(['age', 'sops']),
  );

const OBJECT = ['--input-type', 'yaml', '--output-type', 'yaml', '--encrypted-regex', '^(data|stringData)$'];
const TEXT = ['--input-type', 'binary', '--output-type', 'binary'];

/**
 * Prints a secret, which is encrypted before it is anywhere but in memory.
 *
 * @param file its name for the rules of .sops.yaml; .yaml is an object, and anything else a text
 * @param pipe what the plain text is for
 */
export function printSecret(text: string, { age, sops, sealed }: Format, file: string, pipe: string): void {
  if (age !== undefined || sops) {
    const recipient = age === undefined ? [] : ['--age', age];
    const type = file.endsWith('.yaml') ? OBJECT : TEXT;
    process.stdout.write(piped('sops', ['encrypt', ...recipient, ...type, '--filename-override', file], text));
  } else if (sealed) {
    process.stdout.write(keptSealedSecret(piped('kubeseal', ['--format', 'yaml'], text)));
  } else {
    if (process.stdout.isTTY) warn(`what follows is secret, and on your screen; pipe it: ${pipe}`);
    process.stdout.write(text);
  }
}

const HOMES: Readonly<Record<string, string>> = {
  sops: 'https://getsops.io/docs/',
  kubeseal: 'https://github.com/bitnami-labs/sealed-secrets',
};

/** What a program prints for an input. */
function piped(program: string, args: readonly string[], input: string): string {
  const { error, signal, status, stdout, stderr } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    env: process.env,
  });
  if (error && 'code' in error && error.code === 'ENOENT') {
    throw new Error(`${program} is not in PATH; install it (${HOMES[program]})`);
  }
  // first, because one that exits before it has read its input is an error too
  if (status) throw new Error(`${program} failed with ${status}; correct what it says: ${stderr.trim()}`);
  if (error) throw error;
  if (signal) throw new Error(`${program} was ended by ${signal}; run it again`);
  return stdout;
}
