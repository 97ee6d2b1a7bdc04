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
 * run. A test of standard input, or of the absence of any other output, needs the program: `programPath`.
 */
export function inProcess(
  run: (args: readonly string[]) => number,
  args: readonly string[],
  { cwd = '.', env = process.env }: Surroundings = {},
): Ended {
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
      stdout: { write: writeTo('stdout') },
      stderr: { write: writeTo('stderr') },
      env: { ...env },
    }),
    replace(console, { log: printTo('stdout'), error: printTo('stderr') }),
  ];
  process.chdir(cwd);
  try {
    const status = run(args);
    return { status, ...written };
  } finally {
    process.chdir(folder);
    for (const restore of undo) restore();
  }
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
