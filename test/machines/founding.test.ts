import { spawnSync } from 'node:child_process';
import type { ClusterInput } from '../../lib/cluster/schema';
import { defineCluster } from '../../lib/site/load';
import { hostFiles } from '../../lib/synth/hosts';
import { SHELLS } from '../support/shells';
import { ipv6Site } from '../support/site-input';
import { dualStack, homeInput } from '../support/sites';
import { StubMachine } from './k3s-ha-machine';

const BGP = { localAS: 64512, peers: [{ peerAddress: '192.168.10.1', peerAS: 64513 }] };

/** A site of each kind, and the command that bootstraps its cluster. */
const SITES: readonly { readonly says: string; readonly input: ClusterInput; readonly command: string }[] = [
  { says: 'an IPv4 virtual IP', input: homeInput, command: 'k3s-ha init' },
  {
    says: 'a virtual IP of both families, IPv6 first',
    input: withVip(['fd00:10::5', '192.168.10.5']),
    command: 'k3s-ha init',
  },
  {
    says: 'a load balancer',
    input: { ...homeInput, controlPlane: { vip: '192.168.10.5', provider: 'external' } },
    command: 'k3s-ha init --never-existed',
  },
  {
    says: 'a load balancer with an IPv6 address',
    input: { ...dualStack, controlPlane: { vip: 'fd00:10::5', provider: 'external' } },
    command: 'k3s-ha init --never-existed',
  },
  {
    says: 'BGP',
    input: { ...homeInput, controlPlane: { vip: '192.168.10.5', bgp: BGP } },
    command: 'k3s-ha init --never-existed',
  },
];
/** Sites whose VIP is IPv6 alone. */
const BY_HAND: readonly { readonly says: string; readonly input: ClusterInput }[] = [
  { says: 'IPv6 alone', input: ipv6Site() },
  { says: 'two families and an IPv6 virtual IP', input: withVip('fd00:10::5') },
];

function withVip(vip: string | string[]): ClusterInput {
  return { ...dualStack, controlPlane: { vip } };
}

const ADDRESSES = '2: eth0    inet 192.168.10.11/24 scope global eth0\n2: eth0    inet6 fd00:10::11/64 scope global\n';
const readmeOf = (input: ClusterInput): string => hostFiles(defineCluster(input)).get('README.md') ?? '';
/** The commands of the step that bootstraps the cluster. */
const commandsIn = (readme: string): string =>
  /^\d+\. On k3s-\w+ \(\S+\) only, (?:stop k3s \(`systemctl stop k3s`\) and )?bootstrap [\s\S]*?```sh\n([\s\S]*?)```/m
    .exec(readme)?.[1]
    ?.replaceAll(/^ +/gm, '') ?? '';

describe.each(SITES)('with $says', ({ input, command }) => {
  const readme = readmeOf(input);
  let machine: StubMachine;
  beforeEach(() => {
    machine = new StubMachine(SHELLS[0].command, defineCluster(input));
    machine.write('addresses', ADDRESSES);
    for (const host of ['fd00:10::12', 'fd00:10::13']) machine.hears(host, '02:00:00:00:00:99');
  });
  afterEach(() => machine.remove());

  test('README.md has the command that bootstraps, for hosts installed by hand and from an image', () => {
    expect(commandsIn(readme)).toBe(`${command}\n`);
    expect(readme).toContain(`run \`${command}\`; with \`--permit-init`);
  });

  test('that command bootstraps', () => {
    expect(machine.run(...command.split(' ').slice(1))).toMatchObject({
      code: 0,
      line: expect.stringMatching(/^DONE/),
    });
  });

  test('a server that waits names it', () => {
    expect(machine.run('start').line).toContain(`never existed, run ${command} on ONE server;`);
    expect(machine.run('status').lines.at(-1)).toBe(`bootstrap: by a person: run ${command} on ONE server`);
  });
});

describe.each(BY_HAND)('with $says', ({ input }) => {
  const readme = readmeOf(input);

  test('README.md has no command that refuses', () => {
    expect(readme).not.toMatch(/k3s-ha init`|^ *k3s-ha init|--permit-init|--never-existed/m);
  });

  test.each(SHELLS)('the commands of README.md bootstrap, under $shell', ({ command }) => {
    const machine = new StubMachine(command, defineCluster(input));
    try {
      machine.write('addresses', ADDRESSES);
      machine.write('config/config.yaml.d/50-join.yaml', 'server: https://[fd00:10::12]:6443\n');
      machine.stub('k3s', 'echo "$*"; cat "$K3S_CONFIG_FILE" "$K3S_CONFIG_FILE.d"/*\n');
      const [first = '', ...others] = commandsIn(readme).split('\n');
      expect(first).toMatch(/^k3s-ha start /);
      const waiting = machine.run('start');
      expect([waiting.code, waiting.line]).toEqual([
        1,
        expect.stringMatching(/^WAIT no API .* by hand on ONE server, see/),
      ]);
      const [shell = '', ...rest] = command;
      const { stdout, stderr } = spawnSync(shell, rest, {
        encoding: 'utf8',
        input: others
          .join('\n')
          .replaceAll('/etc/rancher/k3s', `${machine.folder}/config`)
          .replaceAll('/run/k3s-ha', `${machine.folder}/run`),
        env: { PATH: `${machine.folder}/bin:${process.env['PATH']}` },
      });
      expect(stderr).toBe('');
      expect(stdout).toMatch(/^server\n[\s\S]*cluster-init: true\n[\s\S]*\nnode-ip: /);
      expect(stdout).not.toMatch(/^server: /m);
    } finally {
      machine.remove();
    }
  });
});
