import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ClusterError } from '../../lib/cluster/problem';
import { readOneSite, readSites } from '../../lib/site/inputs';
import { homeInput } from '../support/sites';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'defaults-'));
});

const write = (name: string, value: unknown) =>
  writeFileSync(join(folder, name), typeof value === 'string' ? value : stringify(value));
const { network, ups, ...rest } = homeInput;
const refused = (): readonly string[] => {
  try {
    readSites(folder);
    return [];
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return error.lines.map((line) => line.slice(folder.length + 1));
  }
};

describe('defaults.yaml beside the files of sites', () => {
  test('has the values that a site leaves out, and is no site', () => {
    write('defaults.yaml', { network, ups });
    write('north.yaml', { ...rest, name: 'north' });
    write('south.yaml', { ...rest, name: 'south' });
    const { clusters } = readSites(folder);
    expect(clusters.map(({ name }) => name)).toEqual(['north', 'south']);
    expect(clusters.map((cluster) => cluster.ups.map(({ name }) => name))).toEqual([['ups1'], ['ups1']]);
  });

  test('is merged at every depth, and a list of the site replaces its own', () => {
    write('defaults.yaml', {
      network: { ...network, dhcp: ['192.168.10.100-192.168.10.199'] },
      versions: { k3s: 'v1.35.1+k3s1' },
    });
    write('north.yaml', { ...rest, ups, network: { dhcp: ['192.168.10.200-192.168.10.209'] } });
    const { cluster } = readOneSite(join(folder, 'north.yaml'));
    expect(cluster.network.subnet.map(({ text }) => text)).toEqual(['192.168.10.0/24']);
    expect(cluster.network.dhcp.map(({ text }) => text)).toEqual(['192.168.10.200-192.168.10.209']);
    expect(cluster.versions.k3s).toBe('v1.35.1+k3s1');
  });

  test('gets the place of an error in one of its values', () => {
    write('defaults.yaml', 'network:\n  subnet: 192.168.10.1/24\n');
    write('north.yaml', { ...rest, ups });
    expect(refused()).toEqual([expect.stringMatching(/^defaults\.yaml:2:11: /)]);
  });

  test('leaves the place of an error in a value of the site to the site', () => {
    write('defaults.yaml', { network, ups });
    write('north.yaml', `name: north\nnodes: []\n${stringify({ controlPlane: rest.controlPlane })}`);
    expect(refused()).toEqual([expect.stringMatching(/^north\.yaml:2:\d+: empty-list: /)]);
  });

  test('that is no YAML is reported by its name', () => {
    write('defaults.yaml', 'a: [');
    write('north.yaml', { ...rest, network, ups });
    expect(refused()[0]).toMatch(/^defaults\.yaml:\d+:\d+: yaml: /);
  });
});
