import { openPorts } from '../../../lib/machines/ports';
import type { Scenario } from '../scenario';
import { addressOf, controlPlaneSite, withControlPlane } from './control-plane-lab';
import type { Tools } from './server';

const SITE = {
  nodes: [0, 1, 2].map((i) => ({ name: `k3s-${i + 1}`, address: addressOf(i), role: 'server' as const, ups: 'ups1' })),
  loadBalancer: { pools: [{ name: 'default', addresses: ['10.98.0.200-10.98.0.220'] }] },
  ups: [{ name: 'ups1', node: 'k3s-2', driver: 'usbhid-ups' }],
};

/** A firewall of k3s-2 drops or prohibits one port at a time; k3s-ha preflight of another server names it. */
export const ports = (tools: Tools) => (scenario: Scenario) =>
  withControlPlane({ scenario, tools, site: SITE }, async ({ servers: [one, two] }) => {
    const says = async (what: string, line: RegExp, program = 'k3s-ha') => {
      const lines = (await one.sh(`${program} preflight`)).stdout
        .split('\n')
        .filter((text) => text.includes('k3s-2 ('));
      scenario.check(what, line.test(lines.join('\n')), lines.join('; '));
      return lines.join();
    };
    const all = openPorts(controlPlaneSite(SITE)).map((port) => port.replace(/:.*/, ''));
    scenario.measure('ports that k3s-2 opens', all.join());
    const free = await says('without a firewall each port is reached', /^ok: .* refuses .*8472\/udp/m);
    scenario.check('control: without a firewall no port is blocked', !/drops|silent/.test(free), free);
    for (const port of all) {
      const [number, protocol] = port.split('/');
      const silence = protocol === 'tcp' ? `problem: .* drops packets to ${port};` : `note: .* is silent on ${port}:`;
      for (const [target, line] of [
        ['DROP', silence],
        ['REJECT --reject-with icmp-host-prohibited', `problem: .* drops packets to ${port};`],
      ] as const) {
        const rule = `-p ${protocol} --dport ${number} -j ${target}`;
        await two.firewall('-A', rule);
        await says(`${port}: ${target}`, RegExp(`^${line}`, 'm'));
        await two.firewall('-D', rule);
      }
    }
    const flannel = two.background('exec socat -u UDP-LISTEN:8472 -');
    await says('an open port of UDP is silent too, and not known', /^note: .* silent on 8472\/udp: .* not known$/m);
    await flannel.kill();
    await two.firewall('-A', '-p tcp --dport 2380 -j DROP');
    await one.sh('sed s/told=silent/told=open/ /usr/local/sbin/k3s-ha >/run/deaf; chmod +x /run/deaf');
    await says(
      'control: one that takes silence for an answer finds nothing',
      /^ok: .* accepts .*2380\/tcp/m,
      '/run/deaf',
    );
  });
