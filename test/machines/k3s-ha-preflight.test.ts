import { installedFiles } from '../../lib/machines';
import { withAgent } from '../handbook/site-with-agent';
import { SHELLS } from '../support/shells';
import { site } from '../support/sites';
import { stubServers } from './k3s-ha-machine';

describe.each(SHELLS)('k3s-ha preflight under $shell', ({ command }) => {
  const { install, all, at, off } = stubServers(command);
  beforeEach(() => {
    for (const one of all()) {
      one.installs();
      one.write('root/sys/fs/cgroup/cgroup.controllers', 'cpuset cpu io memory pids\n');
    }
  });
  /** The lines but those of killpowerd, which has tests of its own. */
  const lines = () =>
    at(0)
      .run('preflight')
      .lines.filter((line) => !/killpowerd|RTC|powers off|wakealarm/.test(line));
  const problems = () => lines().filter((line) => line.startsWith('problem: '));

  test('prints a line for each thing that the host must have', () => {
    expect(lines()).toEqual([
      'ok: this host has 192.168.10.11',
      'ok: its name is k3s-1',
      'ok: k3s-2 (192.168.10.12) answers on TCP port 2378',
      'ok: k3s-3 (192.168.10.13) answers on TCP port 2378',
      'ok: the clock is synchronized',
      'ok: the kernel has memory cgroups',
      'ok: SELinux is off, or has the policy of k3s',
      expect.stringContaining(`hash ${installedFiles(site(), 'server', {}).hash};`),
    ]);
  });

  test('prints what killpowerd --rehearse finds', () => {
    at(0).write('root/usr/local/sbin/killpowerd', 'echo "problem: $*, from killpowerd"; exit 1\n');
    const { code, lines: all } = at(0).run('preflight');
    expect(all).toContain('problem: --rehearse /run/killpower, from killpowerd');
    expect(code).toBe(1);
  });

  test('prints each problem with its cure', () => {
    at(0).sets({ K3S_HA_HOSTNAME: 'debian', K3S_HA_NOW: '1000' });
    at(0).dropsTo(at(1));
    const curl = at(0).read('bin/curl') ?? '';
    at(0).stub('curl', `case "$*" in *time_connect*192.168.10.13:2380/) printf 0.000000; exit 28;; esac\n${curl}`);
    at(0).stub('timedatectl', 'echo no\n');
    at(0).write('root/sys/fs/cgroup/cgroup.controllers', 'cpuset cpu\n');
    at(0).write('root/sys/fs/selinux/enforce', '1');
    at(0).write('root/etc/systemd/system/k3s-ha@.service', 'older\n');
    at(2).write('root/usr/local/share/k3s-ha/files', 'older\n');
    expect(problems()).toEqual(
      [
        /^problem: this host is named debian, .*; run hostnamectl set-hostname k3s-1$/,
        /^problem: k3s-2 \(192\.168\.10\.12\) is on and drops packets; open TCP ports 2378 2379 2380 6443 in its firewall/,
        /^problem: k3s-3 \(192\.168\.10\.13\) drops packets to TCP port 2380; open it in its firewall$/,
        /^problem: the clock is not synchronized; run timedatectl set-ntp true$/,
        /^problem: the clock of this host is \d+ s from that of k3s-3; run timedatectl set-ntp true on both$/,
        /^problem: the kernel has no memory cgroups; on a Raspberry Pi append .*cgroup_enable=memory/,
        /^problem: SELinux enforces and has no policy of k3s; install the package k3s-selinux$/,
        /^problem: \/etc\/systemd\/system\/k3s-ha@\.service is not that of hosts\/; install it again/,
        /^problem: k3s-3 has files with the hash \w+; install the same on all servers$/,
      ].map((says) => expect.stringMatching(says)),
    );
  });

  test.each([
    [
      'another address',
      () => at(0).has('192.168.10.77'),
      /^problem: this host has 192\.168\.10\.77, and cluster\.yaml/,
    ],
    ['no token', () => at(0).write('config/token', ''), /^problem: there is no token in .*; put it there$/],
    ['a server that is off', () => off(1), /^problem: k3s-2 \(192\.168\.10\.12\) is powered off or disconnected; /],
  ])('finds %s', (_what, spoil, says) => {
    spoil();
    expect(problems()).toEqual([expect.stringMatching(says)]);
  });

  test('notes an address that is from DHCP', () => {
    at(0).write('addresses', '2: eth0    inet 192.168.10.11/24 brd 192.168.10.255 scope global dynamic eth0\n');
    expect(lines()).toContain('note: 192.168.10.11 is from DHCP or a router; reserve it for this host there');
  });

  test('of an agent checks its own files', () => {
    install(site(withAgent));
    at(3).installs();
    at(3).write('root/etc/systemd/system/k3s-agent.service.d/10-ha.conf', 'older\n');
    expect(at(3).run('preflight').lines.at(-1)).toMatch(/k3s-agent\.service\.d\/10-ha\.conf is not that of hosts\//);
  });
});
