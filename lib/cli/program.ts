import { Command, CommanderError } from 'commander';

/** Help of `--cluster` in a command for one site. */
export const ONE_SITE = 'site file; default: $CLUSTER, else the only file in clusters/, else cluster.yaml';
/** The same in a command for one or more sites. */
export const SITES = 'site file, or folder of site files; default: $CLUSTER, else clusters/, else cluster.yaml';

export const exitStatus = (failed: string): string => `Exit status: 0 done, 1 ${failed}, 2 wrong usage.`;
/** Of a command that looks for a difference, as diff and terraform have it. */
export const differenceStatus = (equal: string, different: string): string =>
  `Exit status: 0 ${equal}, 1 failed or wrong usage, 2 ${different}.`;

/**
 * A command of the program, without its action.
 *
 * @param wrongUsage exit status for a wrong argument: 1 for a command that ends with 2 if it finds a difference
 */
export const command = (name: string, wrongUsage: 1 | 2 = 2): Command =>
  new Command(name)
    .allowExcessArguments(false)
    .showHelpAfterError(`(${name} --help shows the usage)`)
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : new Exit(wrongUsage);
    });

export const warn = (warning: string): void => console.error(`warning: ${warning}`);

/** What an action throws that is done and has another exit status than 0. */
export class Exit extends Error {
  constructor(readonly status: number) {
    super(`exit status ${status}`);
  }
}

/** Runs a command whose action is synchronous, and returns the exit status as `asyncMain` does. */
export const main =
  (run: Command) =>
  (args: readonly string[]): number => {
    try {
      run.parse(args, { from: 'user' });
      return 0;
    } catch (error) {
      return statusOf(error);
    }
  };

/**
 * Parses the arguments, runs the action and returns the exit status: 0, 2 for wrong usage, that of an `Exit`, or 1 for an error. The
 * message of an error is printed alone; a bug prints its stack.
 */
export const asyncMain =
  (run: Command) =>
  async (args: readonly string[]): Promise<number> => {
    try {
      await run.parseAsync(args, { from: 'user' });
      return 0;
    } catch (error) {
      return statusOf(error);
    }
  };

function statusOf(error: unknown): number {
  if (error instanceof Exit) return error.status;
  // --help and --version
  if (error instanceof CommanderError) return 0;
  console.error(error instanceof Error && !isBug(error) ? error.message : error);
  return 1;
}

const isBug = (error: Error): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
