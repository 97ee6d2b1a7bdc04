import { createServer, type Server } from 'node:https';
import { imageRows, type Lease, vipRow, type Workload } from '../../lib/live/doctor/cluster-rows';
import { doctor } from '../../lib/live/doctor/doctor';
import { preflightRows } from '../../lib/live/doctor/hosts';
import { probe } from '../../lib/live/doctor/probe';
import {
  armedRows,
  endpointRow,
  type KubeNode,
  nodeRows,
  nutRows,
  powerOffRow,
  snapshotRows,
  upsRow,
} from '../../lib/live/doctor/rows';
import { Progress } from '../../lib/live/progress';
import { buildSite } from '../../lib/synth/app';
import { withAuthority } from '../support/certificates';
import { portOf } from '../support/listening';
import { objectsOf } from '../support/objects';
import { site } from '../support/sites';

const NOW = new Date('2026-06-01T12:00:00Z');
const home = site();
const [ups] = home.ups;
if (!ups) throw new Error('the site has no UPS');

const node = (name: string, status = 'True', kubeletVersion = home.versions.k3s): KubeNode => ({
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status }], nodeInfo: { kubeletVersion } },
});
const ALL = ['k3s-1', 'k3s-2', 'k3s-3'].map((name) => node(name));

describe('the rows of doctor', () => {
  test('are all good for servers that are Ready and have the version of the site', () => {
    expect(nodeRows(home, ALL).map(({ subject, isGood }) => [subject, isGood])).toEqual([
      ['quorum', true],
      ['server k3s-1', true],
      ['server k3s-2', true],
      ['server k3s-3', true],
    ]);
  });

  test('count a server that is not Ready against the quorum', () => {
    const [quorum, , second] = nodeRows(home, [node('k3s-1'), node('k3s-2', 'Unknown'), node('k3s-3')]);
    expect(quorum).toMatchObject({ isGood: false, found: '2 of 3 servers are Ready, quorum is 2' });
    expect(second).toMatchObject({ isGood: false, found: 'is not Ready' });
  });

  test('name a server that is not in the cluster', () => {
    expect(nodeRows(home, ALL.slice(1))[1]).toMatchObject({ isGood: false, found: 'is not in the cluster' });
  });

  test('name a version that is behind, and the one to install', () => {
    const [, first] = nodeRows(home, [node('k3s-1', 'True', 'v1.30.0+k3s1'), ...ALL.slice(1)]);
    expect(first).toMatchObject({
      found: 'is Ready, v1.30.0+k3s1',
      cure: `install ${home.versions.k3s}, which cluster.yaml names`,
    });
  });

  test.each([
    ['12 h old', '2026-06-01T00:00:00Z', true],
    ['24 h old', '2026-05-31T12:00:00Z', true],
    ['25 h old', '2026-05-31T11:00:00Z', false],
  ])('have a snapshot that is %s', (found, creationTime, isGood) => {
    const [first] = snapshotRows(
      home,
      ['2026-05-01T00:00:00Z', creationTime].map((time) => ({
        spec: { nodeName: 'k3s-1', location: 'file:///snapshots/a' },
        status: { readyToUse: true, creationTime: time },
      })),
      NOW,
    );
    expect(first).toMatchObject({ isGood, found: `${found}, file:///snapshots/a` });
  });

  test('do not count a snapshot that failed, or that of another server', () => {
    const failed = { spec: { nodeName: 'k3s-1' }, status: { readyToUse: false, creationTime: NOW.toISOString() } };
    const others = { spec: { nodeName: 'k3s-2' }, status: { readyToUse: true, creationTime: NOW.toISOString() } };
    expect(snapshotRows(home, [failed, others], NOW).map(({ isGood }) => isGood)).toEqual([false, true, false]);
  });

  test('have the reason of each NUT pod that is not ready, and each node without a pod', () => {
    const pods = [
      { name: 'nut-primary-a', node: 'k3s-1', ready: true, reason: undefined },
      { name: 'nut-secondary-b', node: 'k3s-2', ready: false, reason: 'upsmon: no password' },
      { name: 'nut-notify-c', node: 'k3s-3', ready: true, reason: undefined },
    ];
    expect(nutRows(home, pods).map(({ subject, isGood, found }) => [subject, isGood, found])).toEqual([
      ['NUT on k3s-1', true, 'nut-primary-a is ready'],
      ['NUT on k3s-2', false, 'nut-secondary-b: upsmon: no password'],
      ['NUT on k3s-3', false, 'has no pod'],
      ['NUT on k3s-3', true, 'nut-notify-c is ready'],
    ]);
  });

  test.each([
    [
      'ups.status: OL CHRG\nbattery.charge: 80\nbattery.date: 2025/01/01\n',
      true,
      'OL CHRG, battery.charge 80%, battery of 2025/01/01',
    ],
    ['ups.status: OL\n', true, 'OL, battery date not reported'],
    ['ups.status: OL RB\n', false, 'OL RB, battery date not reported'],
    [
      'ups.status: OB DISCHRG\nbattery.runtime: 900\n',
      false,
      'OB DISCHRG, battery.runtime 900 s, battery date not reported',
    ],
    ['ups.status: OL\nbattery.date: 2021/05/01\n', false, 'OL, battery of 2021/05/01'],
    ['ups.status: OL\nbattery.mfr.date: 05/01/21\n', false, 'OL, battery of 05/01/21'],
    ['ups.status: OL\nbattery.date: 2001/09/25\n', true, 'OL, battery of 2001/09/25'],
    ['ups.status: OL\nbattery.date: unknown\n', true, 'OL, battery of unknown'],
    ['Error: Driver not connected\n', false, 'no status'],
    [undefined, false, 'no status'],
  ])('have the state of a UPS: %j', (output, isGood, found) => {
    expect(upsRow(ups, output, NOW)).toMatchObject({ isGood, found });
  });

  test('say that a site is not armed', () => {
    expect(armedRows(home)).toEqual([]);
    expect(armedRows(site({ power: { armed: false } }))).toMatchObject([
      { isGood: false, cure: 'set power.armed to true, synth and apply' },
    ]);
  });

  test.each([
    ['1796000000 deadline: primary\n', true, 'the last one at 2026-11-30 00:53 UTC (deadline: primary)'],
    ['none\n', true, 'none in its record'],
    [undefined, false, 'its record cannot be read'],
  ])('have the last power-off of a host: %j', (output, isGood, found) => {
    expect(powerOffRow('k3s-1', output)).toMatchObject({ isGood, found });
  });

  test('have the end of the certificate of an API server, and a cure for one that ends soon', () => {
    const ending = (date: string) => endpointRow('API', { validTo: new Date(date) }, NOW);
    expect(ending('2027-05-01')).toMatchObject({ isGood: true, found: 'answers, certificate until 2027-05-01' });
    expect(ending('2026-08-01')).toMatchObject({
      isGood: false,
      cure: expect.stringContaining('systemctl restart k3s'),
    });
  });
});

test('doctor examines what it can if no API server answers and there is no kubectl', async () => {
  const progress = new Progress(process.stderr);
  const rows = await doctor(home, { kubectl: '/no/kubectl', servers: [], timeoutMs: 1000, progress }, NOW);
  expect(rows.map(({ subject, isGood }) => [subject.replace(/, .*/, ''), isGood])).toEqual([
    ...['home', 'home-dns', 'home-k3s-1', 'home-k3s-2', 'home-k3s-3'].map((name) => [`API ${name}`, false]),
    ['kubectl', false],
  ]);
  expect(rows.at(-1)?.found).toContain('/no/kubectl: the program does not exist');
}, 30_000);

describe('the row of the VIP holder', () => {
  const row = (lease?: Lease) => vipRow(home, lease, NOW);
  const renewed = (seconds: number) => new Date(NOW.getTime() - 1000 * seconds).toISOString();
  test.each<[string, Lease | undefined, boolean, string]>([
    ['names the server', { spec: { holderIdentity: 'k3s-2', renewTime: renewed(5) } }, true, 'k3s-2'],
    ['has no holder without a lease', undefined, false, 'none'],
    ['has none if it was released', { spec: { holderIdentity: '', renewTime: renewed(5) } }, false, 'none'],
    [
      'says how old the lease is',
      { spec: { holderIdentity: 'k3s-2', renewTime: renewed(300) } },
      false,
      'k3s-2, whose lease was renewed 300 s ago',
    ],
  ])('%s', (_, lease, isGood, found) => {
    expect(row(lease)).toMatchObject({ isGood, found });
  });
});

describe('the rows of images', () => {
  const objects = objectsOf(new Map([...buildSite(home).dist].filter(([name]) => !name.startsWith('00')))).map(
    ({ object }) => object,
  );
  const workloads = objects.filter(
    ({ kind }) => kind === 'DaemonSet' || kind === 'Deployment',
  ) as unknown[] as Workload[];
  const found = (list: readonly Workload[]) => imageRows(home, list).map((one) => [one.isGood, one.found]);

  test('are one if all workloads have those of the site', () => {
    expect(found(workloads)).toEqual([[true, `${workloads.length} workloads have those of the site`]]);
  });

  test('name a workload with another image, and one that is missing', () => {
    const text = JSON.stringify(workloads.slice(1)).replace(/metallb\/speaker:v[\d.]+/, 'metallb/speaker:v0.15.0');
    const [first] = workloads;
    expect(found(JSON.parse(text) as Workload[])).toEqual([
      [false, `DaemonSet ${first?.metadata.namespace}/${first?.metadata.name} is not in the cluster`],
      [false, expect.stringMatching(/^DaemonSet metallb-system\/speaker has .*speaker:v0\.15\.0/)],
    ]);
  });
});

describe('the probe of an API server', () => {
  let server: Server;
  const pem = (base64: string) => Buffer.from(base64, 'base64');
  const { certificate, key } = withAuthority(3650, (authority) => authority.client(100));
  /** A server that answers every request with this. */
  const answering = (status: number, text: string) => {
    server = createServer({ cert: pem(certificate), key: pem(key) }, (_, response) =>
      response.writeHead(status).end(text),
    );
    return portOf(server);
  };
  afterEach(() => server.close());

  test.each([
    ['allows', 200, '{ "gitVersion": "v1.36.4+k3s1" }'],
    ['refuses', 401, '{ "kind": "Status", "code": 401 }'],
  ])(
    'that %s the request reads the end of its certificate, although nobody vouches for it',
    async (_, status, text) => {
      const answer = await probe(`https://127.0.0.1:${await answering(status, text)}`);
      if ('problem' in answer) throw new Error(answer.problem);
      expect(Math.round((answer.validTo.getTime() - Date.now()) / 86_400_000)).toBe(100);
    },
  );

  test.each(['<html>', '{}', 'null', ''])('sees that %j is no answer of an API server', async (text) => {
    expect(await probe(`https://127.0.0.1:${await answering(200, text)}`)).toEqual({
      problem: 'answers, but is no Kubernetes API',
    });
  });

  test('says that nothing answers', async () => {
    const port = await answering(200, '');
    server.close();
    expect(await probe(`https://127.0.0.1:${port}`)).toEqual({ problem: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('the rows of a host', () => {
  const [first] = home.nodes;
  if (!first) throw new Error('the site has no node');
  const FILES = 'ok: files of version 0.1.0, hash 0123456789ab; hosts/README.md has this hash if they are up to date';
  const rows = (stdout: string, status: number, expected = '0123456789ab') =>
    preflightRows(first, { status, stdout, stderr: '' }, expected).map(({ isGood, found, cure }) => [
      isGood,
      found,
      cure,
    ]);

  test('say that it passes its preflight with the files of hosts/', () => {
    const found = 'passes its preflight, files of version 0.1.0, hash 0123456789ab';
    expect(rows(`${FILES}\n`, 0)).toEqual([[true, found, undefined]]);
  });

  test('have each problem with its cure', () => {
    expect(rows(`${FILES}\nproblem: the clock is not synchronized; run timedatectl set-ntp true\n`, 1)).toEqual([
      [false, 'the clock is not synchronized', 'run timedatectl set-ntp true'],
    ]);
  });

  test('name files that pass on the host, but are those of another site or version', () => {
    const [[isGood, found] = []] = rows(`${FILES}\n`, 0, 'ba9876543210');
    expect([isGood, found]).toEqual([false, 'files of version 0.1.0, hash 0123456789ab, not ba9876543210']);
  });

  test('say why the preflight could not be run', () => {
    const [row] = preflightRows(first, { status: 127, stdout: '', stderr: 'sh: k3s-ha: not found\n' }, '');
    expect(row).toMatchObject({
      isGood: false,
      found: expect.stringMatching(/preflight failed \(sh: k3s-ha: not found\)/),
    });
  });
});
