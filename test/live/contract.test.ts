import { ApiServer } from './api-server';
import { contract } from './contract';
import { differences, type Exchange } from './exchange';

const exchanges = contract('example.org/pause:1');
const PATIENCE_MS = 2000;
jest.setTimeout(30_000);

let server: ApiServer;
/** What differs, by title. */
const ask = (asked: readonly Exchange[]) => {
  const { hostname, port } = new URL(server.url);
  return differences({ host: hostname, port: Number(port) }, asked, PATIENCE_MS);
};
beforeAll(async () => {
  server = new ApiServer({ establishMs: 20, rolloutMs: 20, unansweredCalls: Number.POSITIVE_INFINITY });
  await server.start();
});
afterAll(() => server.stop());

// npm run drill -- kubernetes/contract asks the same of a real API server
describe('the emulated API server answers as a real one:', () => {
  let found: ReadonlyMap<string, readonly string[]>;
  beforeAll(async () => {
    found = await ask(exchanges);
  });

  test.each(exchanges.map(({ title }) => title))('%s', (title) => {
    expect(found.get(title)).toEqual([]);
  });
});

describe('negative control: the contract finds', () => {
  const path = '/api/v1/namespaces/kube-system';
  const list = '/api/v1/namespaces?watch=true&sendInitialEvents=true&fieldSelector=metadata.name%3Dkube-system';
  const right: Exchange = { title: 'kube-system', send: `GET ${path}`, status: 200, facts: { kind: 'Namespace' } };
  const events = [{ type: 'ADDED' }, { type: 'BOOKMARK' }];

  test.each<[string, Partial<Exchange>, unknown[]]>([
    ['nothing where the answer is right', { watching: { path: list, events } }, []],
    ['another status', { status: 404 }, [expect.stringMatching(/^status 200, not 404: /)]],
    ['another value', { facts: { kind: 'Node' } }, ['kind is Namespace, not Node']],
    ['a text that does not match', { facts: { kind: /^N$/ } }, ['kind is Namespace, not /^N$/']],
    ['a value that may not be there', { facts: { kind: undefined } }, ['kind is Namespace, not undefined']],
    ['a value that is missing', { facts: { 'spec.kind': 'x' } }, ['spec.kind is undefined, not x']],
    [
      'the wrong event',
      { watching: { path: list, events: events.toReversed() } },
      ['event 0: type is ADDED, not BOOKMARK', 'event 1: type is BOOKMARK, not ADDED'],
    ],
    [
      'an event that does not come',
      { watching: { path: list, events: [...events, { type: 'MODIFIED' }] } },
      ['2 events, not 3'],
    ],
  ])('%s', async (_what, change, expected) => {
    expect((await ask([{ ...right, ...change }])).get('kube-system')).toEqual(expected);
  });
});
