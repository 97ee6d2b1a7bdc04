import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterInput } from '../../lib/cluster/schema';
import { defineCluster, loadCluster } from '../../lib/site/load';
import { hostFiles } from '../../lib/synth/hosts';
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

  test('says for every machine when it is off and why', () => {
    expect(shipped).toContain('| k3s-1 | 92 s | 21 to learn of it + 10 stage + 1 watcher + 60 to halt = 92 |');
    expect(shipped).toContain('| k3s-3 | 87 s | 21 to learn of it + 5 stage + 1 watcher + 60 to halt = 87 |');
  });

  test('has the time line of every UPS', () => {
    expect(shipped).toContain('| 120 to 141 | ups1 | cuts its load, whether or not the mains are back |');
    expect([...power.matchAll(/^### (.*)$/gm)].map(([, name]) => name)).toEqual(['ups1', 'ups2', 'nas']);
  });

  test('has the sums of delays and battery', () => {
    expect(shipped).toContain('offdelay 120 s, ondelay 180 s. k3s-1 is off after');
    expect(shipped).toContain('2 pollinterval + 5 POLLFREQ + 120 offdelay + 15 margin = 142 s');
    expect(shipped).toContain(
      'at runtimeBelowSeconds 360; from there it has to last 30 pollfreq + 5 POLLFREQ + 120 offdelay + 15 margin = 170 s',
    );
  });

  test('rehearses on the node with the cable, each UPS by itself', () => {
    const lines = power.split('\n').filter((line) => line.includes('declare.sh'));
    expect(lines).toEqual(
      ['ups1', 'ups2'].map(
        (name) => `kubectl --context home -n nut exec "$pod" -c second -- /scripts/declare.sh ${name}`,
      ),
    );
    expect(power).toContain('--field-selector spec.nodeName=k3s-2 -o name)');
  });

  test('says when the load is back, which some UPSes count from the cut', () => {
    expect(shipped).toContain(
      'cuts its load 120 s later, although the mains are on; the load is back 180 s after the command',
    );
    expect(power).toContain(
      'ups1 cuts its load 120 s later, although the mains are on; the load is back 300 s after the',
    );
  });

  test('sends whoever tests the UPS of a NAS to the NAS', () => {
    expect(power).toContain('**nas on 192.168.10.30.** Declare the shutdown on that machine');
  });

  test('says that machines wake by themselves only where they do', () => {
    expect(shipped).toContain('wake by their clocks 1800 s after they went off');
    expect(logind).not.toContain('wake by their clocks');
  });

  test('promises no forced power-off where nobody forces', () => {
    expect(shipped).toContain('forces it off when it does not halt within its budget');
    expect(logind).toContain('Nobody forces a machine off whose halt hangs');
  });

  test('names the causes that end badly', () => {
    const rows = shipped.split('\n').filter((line) => /\*\*Not clean\.?\*\*/.test(line));
    expect(rows.map((line) => line.split(' | ')[0]?.slice(2))).toEqual([
      'The UPS does not answer any more while on battery',
      'The node with the UPS dies on battery, before it could tell the UPS',
      'The node with the UPS is dead when the mains fail',
      'The switch between the machines is not on a UPS',
      'The battery is worn and ends before its time',
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

    test('speaks of no node with the UPS', () => {
      expect(text).not.toMatch(/[Tt]he node with the UPS|nut-primary pod|`ups\[\]\.node`/);
    });

    test('says that machines go down when it falls silent on battery', () => {
      expect(rowOf('192.168.10.30, its upsd or the network to it fails while nas is on battery |')).toContain(
        'Every machine that needs nas goes down by DEADTIME or by its lease.',
      );
    });

    test('says that nobody goes down when it was silent before, and what the log says until then', () => {
      const row = rowOf('192.168.10.30, its upsd or the network to it has failed before the mains do |');
      expect(row).toContain('**Not clean.** nas was silent when the mains went');
      expect(row).toContain('`no data from nas@192.168.10.30:3493`');
    });

    test('says who alone learns of the mains when the switch is dark', () => {
      expect(rowOf('The switch between')).toContain('only the machine that serves the UPS learns what happened');
    });
  });

  test('has the rows of both where some UPSes have a node and some a NAS', () => {
    expect(power).toContain('| The node with the UPS is dead when the mains fail |');
    expect(power).toContain('| 192.168.10.30, its upsd or the network to it has failed before the mains do |');
    expect(power).toContain('It stays off in the first 3 cases');
  });

  test('warns of clocks that wake a machine on a battery nobody can read, where clocks do', () => {
    expect(shipped).toContain('they run on a battery that nobody can read, so pull their plugs before');
    expect(logind).not.toContain('nobody can read');
  });

  test('names the machines that one of their UPSes brings down and none brings back', () => {
    const supplies = (changes: Partial<ClusterInput['nodes'][number]>, more: Partial<ClusterInput> = {}) => {
      const site = { ...powerSite(), ...more };
      const [first, ...others] = site.nodes;
      if (!first) throw new Error('there is no node');
      return runbookOf({ ...site, nodes: [{ ...first, ...changes }, ...others] });
    };
    const both = supplies({ minSupplies: 2 });
    expect(both).toContain('| One of the UPSes of k3s-1 cuts its load, and another one still feeds it |');
    expect(both).toContain('It wakes by its clock 900 s after it went off');
    expect(supplies({ minSupplies: 2 }, { power: { ...powerSite().power, rtcWakeSeconds: 0 } })).toContain(
      'so its firmware does not start it | Press its button |',
    );
    const twoAndOne = [{ name: 'ups1', powerValue: 2 }, 'ups2'];
    expect(supplies({ ups: twoAndOne, minSupplies: 2 })).toContain('One of the UPSes of k3s-1');
    // one that lives on any of them, and one that has a single UPS
    expect(power).not.toContain('One of the UPSes of');
    expect(supplies({ ups: [{ name: 'ups1', powerValue: 2 }], minSupplies: 2 })).not.toContain('One of the UPSes of');
  });

  test('without a UPS says what happens then, and nothing of NUT', () => {
    const text = runbookOf({
      ...homeInput,
      nodes: homeInput.nodes.map((node) => ({ ...node, ups: undefined })),
      ups: [],
    });
    expect(text).toContain('every machine is cut off while it runs');
    expect(text).not.toMatch(/\bnut\b|upsmon|svg/i);
  });

  test.each([
    ['one UPS', shipped],
    ['several', power],
  ])('has commands that a shell understands, for %s', (_, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'runbook-'));
    try {
      const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block);
      writeFileSync(join(folder, 'commands'), blocks.join('\n'));
      const { stderr, status } = spawnSync('dash', ['-n', join(folder, 'commands')], { encoding: 'utf8' });
      expect([stderr, status, blocks.length > 4]).toEqual(['', 0, true]);
    } finally {
      rmSync(folder, { recursive: true });
    }
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
