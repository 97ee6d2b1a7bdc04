import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { valueAt } from './kube-object';

/** What a value has to be: this one, one that matches, or undefined where there may be none. */
type Expected = string | number | boolean | undefined | readonly string[] | RegExp;

/** Values by their path, such as `spec.containers.web.image` for the image of the container `web`. */
type Facts = Readonly<Record<string, Expected>>;

/** A request to an API server and what matters of its answer. */
export interface Exchange {
  /** A sentence. */
  readonly title: string;
  /** Method and path: `GET /version`. */
  readonly send: string;
  readonly body?: object;
  /** Content type of the body. @default 'application/json' */
  readonly type?: string;
  readonly status: number;
  readonly facts?: Facts;
  /** Whether the request is repeated until the answer is right, because a controller or a cache takes time. @default false */
  readonly eventually?: boolean;
  /** A watch with initial events that is open meanwhile, and what it brings: the initial events, a bookmark, the others. */
  readonly watching?: { readonly path: string; readonly events: readonly Facts[] };
}

/** Where an API server listens. */
export type Address = { readonly host: string; readonly port: number } | { readonly socketPath: string };

const RETRY_MS = 200;

/** Sends requests in turn and returns for each how its answer differs from what is expected; an empty list where it does not. */
export async function differences(
  address: Address,
  exchanges: readonly Exchange[],
  patienceMs: number,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const exchange of exchanges) {
    const end = performance.now() + patienceMs;
    let wrong = await once(address, exchange, patienceMs);
    while (exchange.eventually && wrong.length > 0 && performance.now() < end) {
      await sleep(RETRY_MS);
      wrong = await once(address, exchange, patienceMs);
    }
    found.set(exchange.title, wrong);
  }
  return found;
}

async function once(address: Address, exchange: Exchange, patienceMs: number): Promise<string[]> {
  if (!exchange.watching) return answered(address, exchange);
  const { path, events } = exchange.watching;
  const stream = await send(address, `GET ${path}`);
  const lines = createInterface({ input: stream });
  const timer = setTimeout(() => lines.close(), patienceMs);
  const wrong: string[] = [];
  let seen = 0;
  try {
    for await (const line of lines) {
      const event = parsed(line);
      wrong.push(...mismatches(event, events[seen] ?? {}).map((text) => `event ${seen}: ${text}`));
      if (valueAt(event, 'type') === 'BOOKMARK') wrong.push(...(await answered(address, exchange)));
      if (++seen === events.length) break;
    }
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
  return seen === events.length ? wrong : [...wrong, `${seen} events, not ${events.length}`];
}

async function answered(address: Address, { send: line, body, type, status, facts = {} }: Exchange): Promise<string[]> {
  const response = await send(address, line, body, type);
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const said =
    response.statusCode === status ? [] : [`status ${response.statusCode}, not ${status}: ${text.slice(0, 200)}`];
  return [...said, ...mismatches(parsed(text), facts)];
}

function send(address: Address, line: string, body?: object, type = 'application/json'): Promise<IncomingMessage> {
  const [method = '', path = ''] = line.split(' ');
  return new Promise((resolve, reject) => {
    const options = { ...address, method, path, agent: false, headers: body ? { 'content-type': type } : {} };
    request(options, resolve)
      .once('error', reject)
      .end(body && JSON.stringify(body));
  });
}

/** An answer that is no JSON object has no values. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const mismatches = (value: unknown, facts: Facts): string[] =>
  Object.entries(facts)
    .map(([path, expected]) => ({ path, expected, actual: valueAt(value, path) }))
    .filter(({ expected, actual }) =>
      expected instanceof RegExp ? !expected.test(textOf(actual)) : !isDeepStrictEqual(actual, expected),
    )
    .map(({ path, expected, actual }) => `${path} is ${textOf(actual)}, not ${textOf(expected)}`);

const textOf = (value: unknown): string =>
  value instanceof RegExp || typeof value !== 'object' ? String(value) : JSON.stringify(value);
