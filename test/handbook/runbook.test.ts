import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterInput } from '../../lib/cluster/schema';
import { defineCluster, loadCluster } from '../../lib/site/load';
import { hostFiles } from '../../lib/synth/hosts';
import { installed } from '../support/shells';
import { powerSite } from '../support/site-input';
import { homeInput } from '../support/sites';

const runbookOf = (site: ClusterInput): string => hostFiles(defineCluster(site)).get('RUNBOOK.md') ?? '';
const shipped =
  hostFiles(loadCluster(readFileSync('cluster.yaml', 'utf8'), 'cluster.yaml').cluster).get('RUNBOOK.md') ?? '';
const power = runbookOf(powerSite());
const logind = runbookOf({
  ...homeInput,
  images: { nut: 'registry.home.arpa/nut:1' },
  power: { actuator: 'logind' },
});

describe('RUNBOOK.md', () => {
  test('has a table of contents whose links lead to its headings', () => {
    const links = [...shipped.matchAll(/^- \[(.*)\]\(#(.*)\)$/gm)].map(([, title, anchor]) => [title, anchor]);
    const headings = [...shipped.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title);
    expect(links).toEqual(headings.map((title) => [title, title.toLowerCase().replaceAll(' ', '-')]));
  });

  test.each(['RUNBOOK.md', 'README.md'])('%s says at its top that a site is not armed', (file) => {
    const text = hostFiles(defineCluster({ ...homeInput, power: { armed: false } })).get(file);
    expect(text?.split('\n\n')[1]).toContain('**Not armed.** `power.armed` is false');
    expect(shipped).not.toContain('Not armed');
  });

  test('says for every node when it is off and why, once for nodes with the same times', () => {
    expect(shipped).toContain('| k3s-1 | 92 s | 21 detection + 10 stage + 1 watcher + 60 halt = 92 |');
    expect(shipped).toContain('| k3s-2, k3s-3 | 87 s | 21 detection + 5 stage + 1 watcher + 60 halt = 87 |');
  });

  test('has the timeline of every UPS', () => {
    expect(shipped).toContain('| ups1 | 120 to 141 | cuts its output, even if mains power has returned |');
    expect([...power.matchAll(/^### (.*)$/gm)].map(([, name]) => name)).toEqual(['ups1', 'ups2', 'nas']);
  });

  test('has the settings of hosts outside the cluster, and no password', () => {
    const [ups] = homeInput.ups ?? [];
    const clients = ['nas', 'syno'].map((name, i) => ({
      name,
      address: `192.168.10.4${i}`,
      haltBudgetSeconds: 120,
      system: i === 0 ? ('nut' as const) : ('synology' as const),
    }));
    const nodes = homeInput.nodes.map((node) => ({ ...node, ups: 'ups' }));
    const files = hostFiles(defineCluster({ ...homeInput, nodes, ups: [{ ...ups, name: 'ups', clients }] }));
    const text = files.get('RUNBOOK.md');
    expect(files.get('README.md')).toContain('| TCP 3493 | upsd | k3s-1 | all hosts and nas and syno |');
    expect(text).toContain('| nas, syno | ups | 152 s | 27 detection + 5 FINALDELAY + 120 halt = 152 |');
    expect(text).toMatch(/^### nas$[^#]*^MONITOR ups@192\.168\.10\.11:3493 1 nas PASSWORD secondary$/m);
    expect(text).toMatch(/^### syno$[^#]*enter `192\.168\.10\.11`/m);
    expect(text).toContain('| nas or syno hangs in its halt, or is not logged in to upsd | **Not clean.**');
    expect(shipped).not.toContain('Hosts outside the cluster');
  });

  test('has the sums of delays and battery', () => {
    expect(shipped).toContain('offdelay 120 s, ondelay 180 s: 92 + 15 margin = 107, in steps of 60: 120.');
    expect(shipped).toContain('2 pollinterval + 5 POLLFREQ + 120 offdelay + 15 margin = 142 s');
    expect(shipped).toContain(
      'at runtimeBelowSeconds 360. Battery runtime required there: 30 pollfreq + 5 x 2 POLLFREQALERT + 5 POLLFREQ + 120 offdelay + 15 margin = 180 s',
    );
  });

  test('tests each UPS on its UPS node', () => {
    const lines = power.split('\n').filter((line) => line.includes('declare.sh'));
    expect(lines).toEqual(
      ['ups1', 'ups2'].map(
        (name) => `kubectl --context home -n nut exec "$pod" -c second -- /scripts/declare.sh ${name}`,
      ),
    );
    expect(power).toContain('--field-selector spec.nodeName=k3s-2 -o name)');
  });

  test('says when the output is restored, which some UPSes count from the cut', () => {
    expect(shipped).toContain(
      'ups1 cuts its output 120 s after the command, although mains power is on, and restores it 180 s after',
    );
    expect(power).toContain(
      'ups1 cuts its output 120 s after the command, although mains power is on, and restores it 300 s after',
    );
  });

  test('refers to the NAS for a test of its UPS', () => {
    expect(power).toContain('**nas on 192.168.10.30.** Start the shutdown on that host');
  });

  test('says that nodes wake by their clocks only where they do', () => {
    expect(shipped).toContain('wake by their clocks after 900 s');
    expect(logind).not.toContain('wake by their clocks');
  });

  test('promises no forced power-off with logind', () => {
    expect(shipped).toContain('forces it off if the halt exceeds its budget');
    expect(logind).toContain('does not force off a node that hangs while halting');
  });

  test('marks the failures that end badly', () => {
    const rows = shipped.split('\n').filter((line) => /^\| .*(\*\*not clean\.?\*\*|As in the first row)/i.test(line));
    expect(rows.map((line) => line.split(' | ')[0]?.slice(2))).toEqual([
      'The UPS stops responding on battery',
      'The UPS node fails on battery before it commands the UPS',
      'The UPS node has failed before mains power fails',
      'The network switch is not on a UPS',
      'The battery is worn and ends early',
    ]);
  });

  describe('where a NAS serves every UPS', () => {
    const nas = { name: 'nas', server: { address: '192.168.10.30', cutDelaySeconds: 180 } };
    const text = runbookOf({
      ...homeInput,
      nodes: homeInput.nodes.map((node) => ({ ...node, ups: 'nas' })),
      ups: [nas],
    });
    const rowOf = (start: string) => text.split('\n').find((line) => line.startsWith(`| ${start}`));

    test('mentions no UPS node', () => {
      expect(text).not.toMatch(/UPS node|nut-primary pod|`ups\[\]\.node`/);
    });

    test('says that nodes power off when it fails on battery', () => {
      expect(rowOf('192.168.10.30, its upsd or the network to it fails while nas is on battery |')).toContain(
        'Every node that needs nas powers off by DEADTIME or by its dead-man timer.',
      );
    });

    test('says that no node powers off when it has failed before, and what the log says until then', () => {
      const row = rowOf('192.168.10.30, its upsd or the network to it has failed before mains power fails |');
      expect(row).toContain('**Not clean.** The status of nas is unknown');
      expect(row).toContain('`no data from nas@192.168.10.30:3493`');
    });

    test('says which host detects a power failure when the switch has no power', () => {
      expect(rowOf('The network switch')).toContain('Only the host that serves the UPS detects the power failure');
    });
  });

  test('has the rows of both where some UPSes have a node and some a NAS', () => {
    expect(power).toContain('| The UPS node has failed before mains power fails |');
    expect(power).toContain('| 192.168.10.30, its upsd or the network to it has failed before mains power fails |');
    expect(power).toContain('It stays off in the first 3 cases');
  });

  test('warns of clocks that wake a node on a battery that nothing reads, where clocks do', () => {
    expect(shipped).toContain('If mains power is still out then, unplug them first');
    expect(logind).not.toContain('unplug them first');
  });

  test('names the nodes that one of their UPSes powers off and none starts again', () => {
    const supplies = (changes: Partial<ClusterInput['nodes'][number]>, more: Partial<ClusterInput> = {}) => {
      const site = { ...powerSite(), ...more };
      const [first, ...others] = site.nodes;
      if (!first) throw new Error('there is no node');
      return runbookOf({ ...site, nodes: [{ ...first, ...changes }, ...others] });
    };
    const both = supplies({ minSupplies: 2 });
    expect(both).toContain('| One of the UPSes of k3s-1 cuts its output while another still feeds it |');
    expect(both).toContain('It wakes by its clock after 900 s');
    expect(supplies({ minSupplies: 2 }, { power: { ...powerSite().power, rtcWakeSeconds: 0 } })).toContain(
      'so its firmware does not start it | Press its power button |',
    );
    const twoAndOne = [{ name: 'ups1', powerValue: 2 }, 'ups2'];
    expect(supplies({ ups: twoAndOne, minSupplies: 2 })).toContain('One of the UPSes of k3s-1');
    // one that runs on any of them, and one that has a single UPS
    expect(power).not.toContain('One of the UPSes of');
    expect(supplies({ ups: [{ name: 'ups1', powerValue: 2 }], minSupplies: 2 })).not.toContain('One of the UPSes of');
  });

  test('without a UPS says what happens, and does not mention NUT', () => {
    const text = runbookOf({
      ...homeInput,
      nodes: homeInput.nodes.map((node) => ({ ...node, ups: undefined })),
      ups: [],
    });
    expect(text).toContain('every node loses power while it runs');
    expect(text).not.toMatch(/\bnut\b|upsmon|timeline/i);
  });

  test.each([
    ['one UPS', shipped],
    ['several', power],
  ])('has commands that a shell understands, for %s', (_, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'runbook-'));
    const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block);
    writeFileSync(join(folder, 'commands'), blocks.join('\n'));
    const { stderr, status } = spawnSync(installed('dash'), ['-n', join(folder, 'commands')], { encoding: 'utf8' });
    expect([stderr, status, blocks.length > 4]).toEqual(['', 0, true]);
  });

  test('has tables whose rows have as many cells as their heads', () => {
    const tables = power.split('\n\n').filter((part) => part.startsWith('| '));
    for (const table of tables) {
      const counts = table.split('\n').map((line) => line.split(' | ').length);
      expect(new Set(counts).size).toBe(1);
    }
    expect(tables.length).toBeGreaterThan(3);
  });
});
