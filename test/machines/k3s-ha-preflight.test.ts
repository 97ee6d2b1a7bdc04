import { installedFiles } from '../../lib/machines';
import { hostFiles } from '../../lib/synth/hosts';
import { withAgent } from '../handbook/site-with-agent';
import { SHELLS } from '../support/shells';
import { site } from '../support/sites';
import { stubServers } from './k3s-ha-machine';

const SILENT = ' 0.000000';
const REFUSED = 'failed: Connection refused\n 0.000000';
const PROHIBITED = 'failed: No route to host\n 0.000000';

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
      'ok: the clock is synchronized',
      'ok: the kernel has memory cgroups',
      'ok: SELinux is off, or has the policy of k3s',
      expect.stringMatching(/^ok: 99 of 100 writes reach the disk of .* within 0.5 ms$/),
      'ok: k3s-2 (192.168.10.12) answers on TCP port 2378',
      'ok: k3s-3 (192.168.10.13) answers on TCP port 2378',
      ...['k3s-2 (192.168.10.12)', 'k3s-3 (192.168.10.13)'].flatMap((server) => [
        `ok: ${server} accepts 2378/tcp, 2379/tcp, 2380/tcp, 6443/tcp, 7946/tcp, 10250/tcp`,
        `note: ${server} is silent on 7946/udp, 8472/udp: blocked if no program listens there yet, otherwise not known`,
      ]),
      expect.stringContaining(`hash ${installedFiles(site(), 'server', {}).hash};`),
    ]);
  });

  test('tries each port that hosts/README.md lists', () => {
    at(1).installs();
    const tried = at(1)
      .run('preflight')
      .lines.filter((line) => line.includes('k3s-1 '))
      .flatMap((line) => line.match(/\d+\/(tcp|udp)/g) ?? []);
    const listed = [
      ...(hostFiles(site()).get('README.md') ?? '').matchAll(/^\| (TCP|UDP)( and UDP)? (\d+) \|/gm),
    ].flatMap(([, first = '', second, port]) =>
      [first, ...(second ? ['UDP'] : [])].map((one) => `${port}/${one.toLowerCase()}`),
    );
    expect(listed.length).toBeGreaterThan(0);
    expect(tried.toSorted()).toEqual(listed.toSorted());
  });

  test('before the installation, requirements need no token and no files, and a node that is off is no problem', () => {
    at(0).write('config/token', '');
    off(1);
    const { code, lines: found } = at(0).run('requirements');
    expect(code).toBe(0);
    expect(found).toContain('note: k3s-2 (192.168.10.12) is powered off or disconnected; power it on');
    expect(found.filter((line) => line.startsWith('problem: '))).toEqual([]);
  });

  test('a port that refuses is reached, and one that ICMP prohibits is blocked, of TCP and of UDP', () => {
    for (const port of ['2380/tcp', '7946/udp']) at(0).write(`ports/192.168.10.13/${port}`, REFUSED);
    for (const port of ['10250/tcp', '8472/udp']) at(0).write(`ports/192.168.10.13/${port}`, PROHIBITED);
    expect(lines().filter((line) => /k3s-3 .* (refuses|drops packets)/.test(line))).toEqual([
      expect.stringMatching(/^ok: k3s-3 \(192\.168\.10\.13\) refuses 2380\/tcp, 7946\/udp: no program/),
      expect.stringMatching(/^problem: k3s-3 \(192\.168\.10\.13\) drops packets to 8472\/udp, 10250\/tcp;/),
    ]);
  });

  test('says that it tries no port of UDP without bash', () => {
    at(0).stub('bash', 'exit 127\n');
    expect(lines()).toContain('note: 7946/udp, 8472/udp of k3s-2 (192.168.10.12) is not tried without bash');
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
    at(0).write('ports/192.168.10.13/2380/tcp', SILENT);
    at(0).stub('timedatectl', 'echo no\n');
    at(0).write('root/sys/fs/cgroup/cgroup.controllers', 'cpuset cpu\n');
    at(0).write('root/sys/fs/selinux/enforce', '1');
    at(0).write('root/etc/systemd/system/k3s-ha@.service', 'older\n');
    at(2).write('root/usr/local/share/k3s-ha/files', 'older\n');
    expect(problems()).toEqual(
      [
        /^problem: this host is named debian, .*; run hostnamectl set-hostname k3s-1$/,
        /^problem: the clock is not synchronized; run timedatectl set-ntp true$/,
        /^problem: the kernel has no memory cgroups; append cgroup_enable=memory to the kernel command line, and reboot$/,
        /^problem: SELinux enforces and has no policy of k3s; install the package k3s-selinux$/,
        /^problem: k3s-2 \(192\.168\.10\.12\) drops packets, or has just lost power; open 2378\/tcp, .* in its firewall/,
        /^problem: k3s-2 \(192\.168\.10\.12\) drops packets to 2378\/tcp, .* 10250\/tcp; open it in its firewall$/,
        /^problem: k3s-3 \(192\.168\.10\.13\) drops packets to 2380\/tcp; open it in its firewall$/,
        /^problem: the clock of this host is \d+ s from that of k3s-3; run timedatectl set-ntp true on both$/,
        /^problem: \/etc\/systemd\/system\/k3s-ha@\.service is not that of hosts\/; install it again/,
        /^problem: k3s-3 has files with the hash \w+; install the same on all servers$/,
      ].map((says) => expect.stringMatching(says)),
    );
  });

  test.each([
    ['another address', () => at(0).has('192.168.10.77'), /^problem: this host has 192\.168\.10\.77, and/],
    ['no token', () => at(0).write('config/token', ''), /^problem: there is no token in .*; put it there$/],
    ['a server that is off', () => off(1), /^problem: k3s-2 \(192\.168\.10\.12\) is powered off or disconnected; /],
  ])('finds %s', (_what, spoil, says) => {
    spoil();
    expect(problems()).toEqual([expect.stringMatching(says)]);
  });

  const PI_LINE = 'console=tty1 root=PARTUUID=1\n';
  test.each([
    [
      'Raspberry Pi OS',
      { 'boot/firmware/cmdline.txt': PI_LINE },
      "; run sed -i '1s/$/ cgroup_memory=1 cgroup_enable=memory/' /boot/firmware/cmdline.txt, and reboot",
    ],
    ['an older one', { 'boot/cmdline.txt': PI_LINE }, ' /boot/cmdline.txt, and reboot'],
    ['one that was edited', { 'boot/firmware/cmdline.txt': `cgroup_enable=memory ${PI_LINE}` }, '; reboot'],
  ])('names the cure for memory cgroups on %s', (_, files, cure) => {
    at(0).write('root/sys/fs/cgroup/cgroup.controllers', 'cpuset cpu\n');
    for (const [path, text] of Object.entries(files)) at(0).write(`root/${path}`, text);
    const [found, ...more] = problems();
    expect([found?.endsWith(cure), more]).toEqual([true, []]);
  });

  test.each([
    [
      'a slow disk',
      () => at(0).write('write-seconds', '0.0312'),
      /^note: 99 of 100 .* within 31.2 ms, and etcd needs 10 ms for 99 of 100; /,
    ],
    [
      'a disk that is full',
      () => at(0).stub('dd', 'exit 1\n'),
      /^problem: cannot write to .*; check whether its disk is full/,
    ],
    [
      'reboots without a person',
      () => at(0).stub('apt-config', `echo 'Unattended-Upgrade::Automatic-Reboot "true";'\n`),
      /^note: unattended-upgrades reboots this host; /,
    ],
    [
      'ufw without the pods',
      () => at(0).stub('ufw', `echo 'Status: active'; echo 'Anywhere ALLOW 10.43.0.0/16'\n`),
      /^note: ufw .*; run ufw allow from 10\.42\.0\.0\/16$/,
    ],
  ])('finds %s', (_, spoil, says) => {
    const before = lines();
    spoil();
    expect(lines().filter((line) => !before.includes(line))).toEqual([expect.stringMatching(says)]);
  });

  test.each([
    [
      'a Raspberry Pi',
      'proc/device-tree/model',
      'Raspberry Pi 4 Model B Rev 1.4\0',
      'ok: this host, a Raspberry Pi 4 Model B Rev 1.4, starts when power returns',
    ],
    [
      'a board',
      'sys/class/dmi/id/board_name',
      'B1\n',
      'note: no program can read whether this host starts when power returns; set Restore on AC Power Loss to Power On in its firmware (B1)',
    ],
    ['a clock that can wake', 'sys/class/rtc/rtc0/wakealarm', '', 'ok: its RTC has a wake alarm'],
  ])('requirements say how %s starts again', (_, file, text, says) => {
    at(0).write(`root/${file}`, text);
    expect(at(0).run('requirements').lines).toContain(says);
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
