import { Command, CommanderError } from 'commander';

/** A script of package.json by the name that a person types. `run` executes it. */
export const program = (script: string): Command =>
  new Command(`npm run ${script} --`).allowExcessArguments(false).exitOverride();

export const warn = (warning: string): void => console.error(`warning: ${warning}`);

/**
 * Parses the command line, runs the action and sets the exit status: 2 for wrong usage, `failed` for an error. The message of an
 * error is printed alone; a bug prints its stack.
 */
export async function run(command: Command, failed = 1): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    console.error(error instanceof Error && !isBug(error) ? error.message : error);
    process.exitCode = failed;
  }
}

const isBug = (error: Error): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
