import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterInput } from '../../lib/cluster/schema';
import { installedFiles } from '../../lib/machines';
import { hostFiles } from '../../lib/synth/hosts';
import { installed } from '../support/shells';
import { site } from '../support/sites';
import { dualStackWithAgents, textOf, withAgent } from './site-with-agent';

describe('files for operating systems', () => {
  const foldersOf = (os: ClusterInput['os']) =>
    new Set(
      [...hostFiles(site({ ...withAgent, os })).keys()].flatMap(
        (file) => /^(cloud-init|kairos|k3os)\//.exec(file)?.[1] ?? [],
      ),
    );

  test('exist for all systems where the site does not name its own', () => {
    expect([...foldersOf(undefined)]).toEqual(['cloud-init', 'kairos', 'k3os']);
  });

  test('exist for the systems that the site names only', () => {
    expect([...foldersOf(['kairos'])]).toEqual(['kairos']);
  });

  test('have no UPS label for k3OS where no host runs it', () => {
    const files = hostFiles(site({ os: ['cloud-init'] }));
    expect([...files.keys()].filter((file) => file.startsWith('nodes/'))).toEqual(['nodes/k3s-1/k3s.yaml']);
  });

  test.each([['cloud-init'], ['kairos'], ['k3os']] as const)('are not mentioned in README.md without %s', (os) => {
    const others = (['cloud-init', 'kairos', 'k3os'] as const).filter((other) => other !== os);
    expect(textOf({ ...withAgent, os: others }, 'README.md')).not.toContain(`\`${os}/`);
  });
});

describe('README.md', () => {
  test.each([
    ['one IP family', withAgent],
    ['two IP families', dualStackWithAgents],
  ])('says where every file is installed with %s', (_, changes) => {
    const readme = textOf(changes, 'README.md');
    for (const file of hostFiles(site(changes)).keys()) {
      // listed as folders
      if (/^(README|k3os\/|cloud-init\/|kairos\/|agent\/99|nodes\/.*k3os)/.test(file)) continue;
      expect(readme).toContain(`\`${file}\``);
    }
  });

  test('says how k3s-ha gives a node its own settings, and that files of a person stay', () => {
    const text = textOf(withAgent, 'README.md');
    expect(text).toContain('k3s-ha finds the node by its address, and copies the file before each start of k3s');
    expect(text).toContain('Files of your own in `/etc/rancher/k3s/config.yaml.d/` stay');
  });

  test('numbers the steps for this very site', () => {
    const [, installation = ''] = textOf(withAgent, 'README.md').split(/^## (?:Manual installation|Update)$/m);
    expect(installation.match(/^\d+\. .{1,28}/gm)).toEqual([
      '1. Print the script of each hos',
      '2. Copy `/etc/rancher/k3s/k3s.y',
      '3. Bring up the VIP. It is up w',
      '4. Apply everything else.',
    ]);
  });

  test('states what identifies the files of each role on the hosts', () => {
    const [server, agent] = (['server', 'agent'] as const).map(
      (role) => installedFiles(site(withAgent), role, {}).hash,
    );
    expect(textOf(withAgent, 'README.md')).toContain(`must be \`${server}\` on servers and \`${agent}\` on agents.`);
  });

  test('has commands that a shell understands', () => {
    const folder = mkdtempSync(join(tmpdir(), 'readme-'));
    const blocks = [...textOf(withAgent, 'README.md').matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code]) => code);
    writeFileSync(join(folder, 'commands'), blocks.join('\n'));
    const { stderr, status } = spawnSync(installed('dash'), ['-n', join(folder, 'commands')], { encoding: 'utf8' });
    expect([stderr, status, blocks.length > 5]).toEqual(['', 0, true]);
  });
});
