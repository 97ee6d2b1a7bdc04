import { format } from 'node:util';

/** Exit status and output of a command. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command runs. */
export interface Surroundings {
  /** @default - the folder of this project */
  readonly cwd?: string;
  /** All of its environment. @default - that of the test */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a command of lib/cli without a terminal and within this process, because node takes longer to start than most commands take to
 * run. A test of standard input, or of the absence of any other output, needs the program: `programPath`. One at a time.
 */
export function inProcess(
  run: (args: readonly string[]) => number,
  args: readonly string[],
  where?: Surroundings,
): Ended {
  const { written, leave } = enter(where);
  try {
    return { status: run(args), ...written() };
  } finally {
    leave();
  }
}

/** The same for a command that is asynchronous. */
export async function inProcessAsync(
  run: (args: readonly string[]) => Promise<number>,
  args: readonly string[],
  where?: Surroundings,
): Promise<Ended> {
  const { written, leave } = enter(where);
  try {
    return { status: await run(args), ...written() };
  } finally {
    leave();
  }
}

/** Gives this process the surroundings of a command, and collects what it writes, until `leave` is called. */
function enter({ cwd = '.', env = process.env }: Surroundings = {}) {
  const written = { stdout: '', stderr: '' };
  const writeTo = (name: keyof typeof written) => (text: string) => {
    written[name] += text;
    return true;
  };
  const printTo =
    (name: keyof typeof written) =>
    (...values: unknown[]) => {
      written[name] += `${format(...values)}\n`;
    };
  const folder = process.cwd();
  const undo = [
    replace(process, {
      stdin: { isTTY: false },
      stdout: { write: writeTo('stdout') },
      stderr: { write: writeTo('stderr') },
      env: { ...env },
    }),
    replace(console, { log: printTo('stdout'), error: printTo('stderr') }),
  ];
  process.chdir(cwd);
  const leave = () => {
    process.chdir(folder);
    for (const restore of undo) restore();
  };
  return { written: () => ({ ...written }), leave };
}

/** Gives an object other properties until the returned function is called. */
function replace(object: object, properties: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(properties).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)] as const);
  for (const [key, value] of Object.entries(properties)) {
    Object.defineProperty(object, key, { value, configurable: true });
  }
  return () => {
    for (const [key, descriptor] of before) {
      Reflect.deleteProperty(object, key);
      if (descriptor) Object.defineProperty(object, key, descriptor);
    }
  };
}
