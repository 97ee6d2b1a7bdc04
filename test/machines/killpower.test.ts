import { spawnSync } from 'node:child_process';
import { parse } from 'yaml';
import type { ClusterInput } from '../../lib/cluster/schema';
import { hostFiles } from '../../lib/synth/hosts';
import { SHELLS } from '../support/shells';
import { site } from '../support/sites';

const LOGIND: Partial<ClusterInput> = {
  power: { actuator: 'logind' },
  images: { nut: 'registry.home.arpa/nut:2.8.3' },
};
const elsewhere = hostFiles(site({ nut: { killpowerPath: '/usr/local/killpower' }, power: { rtcWakeSeconds: 0 } }));
const files = hostFiles(site());
const textOf = (file: string, from = files): string => from.get(file) ?? '';
/** The settings of a unit, without its comments. */
const settings = (unit: string): string[] => unit.split('\n').filter((line) => /^[A-Z]/.test(line));

describe('killpower/killpowerd', () => {
  test('is the same on every host of every site', () => {
    expect(textOf('killpower/killpowerd', elsewhere)).toBe(textOf('killpower/killpowerd'));
  });

  test('does not exist when the pods use logind', () => {
    const paths = [...hostFiles(site(LOGIND)).keys()];
    expect(paths.filter((path) => path.startsWith('killpower/'))).toEqual([]);
  });
});

describe('killpower/killpowerd.service', () => {
  const unit = textOf('killpower/killpowerd.service');

  test('gets the directory and the wake-up time of the site', () => {
    expect(settings(unit)).toContain(
      'ExecStart=@/bin/sh @killpowerd /usr/local/sbin/killpowerd --cut 128 --wake 900 /run/killpower',
    );
    expect(settings(textOf('killpower/killpowerd.service', elsewhere))).toContain(
      'ExecStart=@/bin/sh @killpowerd /usr/local/sbin/killpowerd --cut 128 --wake 0 /usr/local/killpower',
    );
  });

  test('holds k3s back until the gate is passed, and starts killpowerd even if that fails', () => {
    expect(settings(unit)).toContain(
      'ExecStartPre=-@/bin/sh @killpowerd /usr/local/sbin/killpowerd --gate --wake 900 /run/killpower',
    );
    expect(settings(unit)).toContain('TimeoutStartSec=infinity');
  });

  test('is restarted without limit', () => {
    expect(settings(unit)).toEqual(
      expect.arrayContaining(['Restart=always', 'RestartSec=1', 'StartLimitIntervalSec=0', 'OOMScoreAdjust=-1000']),
    );
  });

  test('is not stopped by a shutdown, nor with another unit', () => {
    expect(settings(unit)).toContain('DefaultDependencies=no');
    expect(unit).not.toMatch(/^(Conflicts|Requires|BindsTo|PartOf|RequiresMountsFor)=/m);
  });

  test('starts before k3s', () => {
    expect(settings(unit)).toContain('Before=k3s.service k3s-agent.service');
  });
});

describe('killpower/killpowerd.openrc', () => {
  const service = textOf('killpower/killpowerd.openrc');

  test('gets the directory and the wake-up time of the site', () => {
    expect(service).toContain('\ncommand_args="--cut 128 --wake 900 /run/killpower"\n');
    expect(textOf('killpower/killpowerd.openrc', elsewhere)).toContain('"--cut 128 --wake 0 /usr/local/killpower"');
  });

  test('is restarted without limit and not stopped by a shutdown', () => {
    expect(service).toMatch(/^supervisor=supervise-daemon$/m);
    expect(service).toMatch(/^respawn_max=0$/m);
    expect(service).toMatch(/^ {2}keyword -shutdown -timeout$/m);
  });

  test.each(SHELLS)('can be read by $shell', ({ command: [program, ...rest] }) => {
    const { stderr, status } = spawnSync(program, [...rest, '-n'], { input: service, encoding: 'utf8' });
    expect([stderr, status]).toEqual(['', 0]);
  });
});

describe('k3os/server.yaml', () => {
  const config = parse(textOf('k3os/server.yaml'), { version: '1.1' });

  test('writes the same two files at every boot and starts the service', () => {
    expect(config.write_files).toEqual([
      expect.objectContaining({
        path: '/usr/local/sbin/killpowerd',
        permissions: '0755',
        content: textOf('killpower/killpowerd'),
      }),
      expect.objectContaining({
        path: '/etc/init.d/killpowerd',
        permissions: '0755',
        content: textOf('killpower/killpowerd.openrc'),
      }),
    ]);
    expect(config.run_cmd).toEqual(['rc-service killpowerd start']);
  });
});
