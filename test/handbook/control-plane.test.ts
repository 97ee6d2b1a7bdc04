import { parse } from 'yaml';
import type { ClusterInput } from '../../lib/cluster/schema';
import { controlPlaneSections } from '../../lib/handbook/control-plane';
import { runbook } from '../../lib/handbook/runbook';
import { serverConfig } from '../../lib/machines/k3s-config';
import { vrrpHandover } from '../../lib/machines/vrrp';
import { homeInput, site } from '../support/sites';

type ControlPlaneInput = ClusterInput['controlPlane'];
const controlPlane = (changes: Partial<ControlPlaneInput>): Partial<ClusterInput> => ({
  controlPlane: { vip: '192.168.10.5', dnsName: 'api.home.arpa', interface: 'eth0', ...changes },
});
const servers = (count: number): Partial<ClusterInput> => ({
  ups: [],
  loadBalancer: undefined,
  nodes: Array.from({ length: count }, (_, i) => ({
    name: `k3s-${i + 1}`,
    address: `192.168.10.${i + 11}`,
    role: 'server' as const,
  })),
});
const titles = (changes: Partial<ClusterInput> = {}): string[] =>
  controlPlaneSections(site(changes)).map(({ title }) => title);
function section(title: string, changes: Partial<ClusterInput> = {}): string {
  const found = controlPlaneSections(site(changes)).find((one) => one.title === title);
  if (!found) throw new Error(`there is no section "${title}"`);
  return found.paragraphs.join('\n');
}
/** The numbers in the row of a table. */
const numbersIn = (text: string, start: string): number[] => {
  const row = text.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? '';
  return [...row.matchAll(/\d+\.\d/g)].map(([number]) => Number(number));
};

const QUORUM = 'Quorum';
const HANDOVER = 'VIP failover time';

describe('the quorum table', () => {
  test('has the row of this site in bold, and the others', () => {
    const text = section(QUORUM);
    expect(text).toContain('**1 of 3 servers may be down**');
    expect(text.match(/^\| .*\|$/gm)).toEqual([
      '| servers | must be up | may be down |',
      '| --- | --- | --- |',
      '| 1 | 1 | 0 |',
      '| 2 | 2 | 0 |',
      '| **3** | **2** | **1** |',
      '| 4 | 3 | 1 |',
      '| 5 | 3 | 2 |',
      '| 6 | 4 | 2 |',
      '| 7 | 4 | 3 |',
    ]);
  });

  test('goes as far as the site', () => {
    expect(section(QUORUM, servers(9))).toContain('| **9** | **5** | **4** |');
    expect(section(QUORUM, servers(5))).toContain('**2 of 5 servers may be down**');
    expect(section(QUORUM, servers(1))).toContain('**The one server may not be down**');
  });

  test('names every server with its address', () => {
    expect(section(QUORUM)).toContain('k3s-1 (192.168.10.11), k3s-2 (192.168.10.12), k3s-3 (192.168.10.13)');
  });
});

describe('the user who logs in', () => {
  const tunnel = (os: ClusterInput['os']) =>
    /ssh -N -L \S+ (\S+) &\nnpm run kubeconfig -- (.*) --rescue/
      .exec(section('kubectl cannot connect', { os }))
      ?.slice(1);

  test.each([
    ['cloud-init', 'debian'],
    ['kairos', 'kairos'],
    ['k3os', 'rancher'],
  ] as const)('is on %s the one that the image gives the keys to', (os, user) => {
    expect(tunnel([os])).toEqual([`${user}@192.168.10.11`, `--ssh ${user}@ --sudo`]);
  });

  test('is named for every system of the site, and root for hosts that were installed by hand', () => {
    const text = section('kubectl cannot connect', { os: ['cloud-init', 'k3os'] });
    expect(text).toContain('`debian` on Debian, `ubuntu` on Ubuntu, `rancher` on k3OS;');
    expect(text).toContain('`--ssh root@` without `--sudo`');
  });
});

test.each<[string, Partial<ClusterInput>, string]>([
  ['the user of the site', {}, '`npm run machines:replace -- NODE --ssh debian@ --sudo`'],
  ['its own user', { os: ['kairos'] }, '`npm run machines:remove -- NODE --ssh kairos@ --sudo`'],
])('a node is replaced and removed by commands with %s', (_, changes, command) => {
  expect(section('Change the nodes', changes)).toContain(command);
});

describe('the seconds of a handover', () => {
  test('rise from the shortest to the bound in every row', () => {
    for (const failover of ['standard', 'fast'] as const) {
      for (const start of ['the holder loses', 'the same, and', 'kube-vip on the holder']) {
        const numbers = numbersIn(section(HANDOVER, controlPlane({ failover })), start);
        expect(numbers).toHaveLength(5);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      }
    }
  });

  test('have a median of about 22 after a power cut, and about 6 with fast failover', () => {
    const half = (changes: Partial<ClusterInput>) => numbersIn(section(HANDOVER, changes), 'the holder loses')[1];
    expect(half({})).toBeCloseTo(22, 0);
    expect(half(controlPlane({ failover: 'fast' }))).toBeCloseTo(6.2, 0);
  });

  test('come with those of etcd, of both profiles', () => {
    expect(section(HANDOVER)).toContain('no writes for 5 to 10 s (`failover: standard`');
    expect(section(HANDOVER, controlPlane({ failover: 'fast' }))).toContain('`standard`: 5 to 10 s');
  });

  test('follow the lease, the pause between two ARPs and the number of servers', () => {
    const bound = (changes: Partial<ClusterInput>) => numbersIn(section(HANDOVER, changes), 'the holder loses').at(-1);
    expect(bound(controlPlane({ lease: { durationSeconds: 25 } }))).toBe(34.8);
    expect(bound(controlPlane({ arpRateMs: 3000 }))).toBe(31.8);
    expect(numbersIn(section(HANDOVER, servers(7)), 'the holder loses')).not.toEqual(
      numbersIn(section(HANDOVER), 'the holder loses'),
    );
  });

  test('for keepalived are those of its timers', () => {
    const text = section(HANDOVER, controlPlane({ provider: 'keepalived' }));
    const { silence, failedCheck } = vrrpHandover();
    const tenths = ({ least, most }: typeof silence) => [least, most].map((seconds) => Number(seconds.toFixed(1)));
    expect(numbersIn(text, 'the holder loses')).toEqual(tenths(silence));
    expect(numbersIn(text, 'its API server fails')).toEqual(tenths(failedCheck));
    expect([silence.least, silence.most]).toEqual([expect.closeTo(2, 1), expect.closeTo(3, 1)]);
  });

  test('of an external load balancer are not stated', () => {
    const text = section(HANDOVER, controlPlane({ provider: 'external' }));
    expect(text).toContain('treat 200 and 401 as healthy');
    expect(text).not.toContain('| event |');
  });

  test('with BGP have no ARP and name the hold time', () => {
    const bgp = { localAS: 64512, holdTimeSeconds: 30, peers: [{ peerAddress: '192.168.10.1', peerAS: 64513 }] };
    const text = section(HANDOVER, controlPlane({ vip: '10.99.0.5', bgp }));
    expect(text).toContain('to the update of the routers');
    expect(text).toContain('30 s after its last keepalive');
    expect(numbersIn(text, 'the holder loses').at(-1)).toBe(28.8);
  });

  test('are none with one server', () => {
    expect(section(HANDOVER, servers(1))).toBe('With one server there is no failover.');
  });
});

describe('the claim that has not been tested on k3s', () => {
  const TITLE = 'Verify kube-vip failover on your hardware';

  test('says so, with the check in numbered steps', () => {
    const text = section(TITLE);
    expect(text).toContain('**It has not been tested on k3s.**');
    expect(text.match(/^\d\. /gm)).toHaveLength(5);
    expect(text).toContain('Within 40 s');
  });

  test('is not made for other providers, nor for one server', () => {
    expect(titles(controlPlane({ provider: 'keepalived' }))).not.toContain(TITLE);
    expect(titles(controlPlane({ provider: 'external' }))).not.toContain(TITLE);
    expect(titles(servers(1))).not.toContain(TITLE);
  });
});

describe('what to do', () => {
  test('lists every context that the kubeconfig has', () => {
    const text = section('kubectl cannot connect');
    for (const context of ['home', 'home-dns', 'home-k3s-1', 'home-k3s-2', 'home-k3s-3'])
      expect(text).toContain(`\`${context}\``);
  });

  test('has the commands of the provider and not those of another', () => {
    const text = (provider: ControlPlaneInput['provider']) =>
      section('kubectl cannot connect', controlPlane({ provider }));
    expect(text('kube-vip')).toContain('plndr-cp-lock');
    expect(text('keepalived')).toContain('journalctl -u keepalived');
    expect(text('keepalived')).not.toContain('plndr-cp-lock');
    expect(text('external')).not.toMatch(/plndr-cp-lock|journalctl/);
  });

  test.each([
    ['Quorum is lost', 3],
    ['Restore from a snapshot', 1],
  ] as const)(
    'states the address of the server and removes the address to join: %s with servers: %i',
    (title, count) => {
      const [before] = section(title, servers(count)).split('k3s server --cluster-reset');
      expect(before).toContain('/usr/local/sbin/k3s-ha address');
      expect(before).toContain('rm -f /etc/rancher/k3s/config.yaml.d/50-join.yaml');
      expect(before).toContain('ln -sfn /etc/rancher/k3s/config.yaml.d /run/k3s-reset.yaml.d');
    },
  );

  test('resets on k3OS, which has no config.yaml, by arguments', () => {
    const text = section('Quorum is lost', { os: ['k3os'] });
    const line = /^k3s server (.*) --node-ip=ADDRESS --cluster-reset$/m.exec(text)?.[1];
    expect(line).toContain('--token-file=/var/lib/rancher/k3os/token');
    expect(line).not.toMatch(/--server=|--cluster-init/);
  });

  test('resets without `server`, which k3s demands', () => {
    expect(section('Quorum is lost')).toContain("grep -v '^server:'");
    // k3s refuses the reset while `server` is set, and the key stands alone on its line
    const config = serverConfig(site())
      .split('\n')
      .filter((line) => !line.startsWith('server:'))
      .join('\n');
    expect(parse(config)).not.toHaveProperty('server');
    expect(parse(config)).toHaveProperty('token-file');
  });

  test('restores a file of a host, also if k3s copies snapshots to S3', () => {
    const title = 'Restore from a snapshot';
    expect(section(title)).not.toContain('--etcd-s3');
    const s3 = { k3s: { etcdS3: { bucket: 'b' } } };
    expect(section(title, s3)).toContain('--cluster-reset-restore-path=SNAPSHOT --etcd-s3=false');
    const keys = Object.keys(parse(serverConfig(site(s3)))).filter((key) => key.startsWith('etcd-s3'));
    // k3s ignores the Secret beside another one
    expect(keys).toEqual(['etcd-s3', 'etcd-s3-config-secret']);
  });

  test('says from when on k3s renews its certificates, which depends on its version', () => {
    expect(section('Credentials have expired')).toContain(
      'when it starts within the last 120 days (90 in releases before May 2025)',
    );
  });

  test('has no command that bootstraps a second cluster', () => {
    expect(runbook(site())).not.toContain('cluster-init');
  });
});

test('the runbook lists its sections, each once', () => {
  const text = runbook(site());
  const listed = [...text.matchAll(/^- \[(.*)\]\(#.*\)$/gm)].map(([, title]) => title);
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(listed).toEqual(headings);
  expect(new Set(headings).size).toBe(headings.length);
});

describe('etcd as k3s starts it', () => {
  const config = (changes: Partial<ClusterInput>) => parse(serverConfig(site(changes))) as Record<string, unknown>;

  test("has k3s's own timing unless failover is fast", () => {
    expect(config({})).not.toHaveProperty('etcd-arg');
    expect(config(controlPlane({ failover: 'fast' }))['etcd-arg']).toEqual([
      'heartbeat-interval=100',
      'election-timeout=1000',
    ]);
  });

  test('has the same on every server, since there is one file', () => {
    const nodes = [...homeInput.nodes].reverse();
    const fast = controlPlane({ failover: 'fast' });
    expect(serverConfig(site({ ...fast, nodes }))).toBe(serverConfig(site(fast)));
  });
});
