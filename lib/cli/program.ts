import { Command, CommanderError } from 'commander';

/** A script of package.json by the name that a person types. */
export const program = (script: string): Command =>
  new Command(`npm run ${script} --`).allowExcessArguments(false).exitOverride();

export const warn = (warning: string): void => console.error(`warning: ${warning}`);

/** What an action throws that is done and has another exit status than 0. */
export class Exit extends Error {
  constructor(readonly status: number) {
    super(`exit status ${status}`);
  }
}

/**
 * The function that a file of this folder exports: parses the arguments, runs the action and returns the exit status: 0, 2 for wrong
 * usage, `failed` for an error. The message of an error is printed alone; a bug prints its stack.
 */
export const main =
  (command: Command, failed = 1) =>
  (args: readonly string[]): number => {
    try {
      command.parse(args, { from: 'user' });
      return 0;
    } catch (error) {
      return statusOf(error, failed);
    }
  };

/** The same for an action that returns a promise. */
export const asyncMain =
  (command: Command, failed = 1) =>
  async (args: readonly string[]): Promise<number> => {
    try {
      await command.parseAsync(args, { from: 'user' });
      return 0;
    } catch (error) {
      return statusOf(error, failed);
    }
  };

function statusOf(error: unknown, failed: number): number {
  if (error instanceof Exit) return error.status;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  console.error(error instanceof Error && !isBug(error) ? error.message : error);
  return failed;
}

const isBug = (error: Error): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
