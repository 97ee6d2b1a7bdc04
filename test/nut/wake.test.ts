import { existsSync, readFileSync } from 'node:fs';
import { SHELLS } from '../support/shells';
import { MODEL, PodScripts } from './pod-scripts';

jest.setTimeout(60_000);

const PACKET = '-b -i eth1 02:00:00:00:00:02';
const ENTRY = 'srv2 02:00:00:00:00:02 eth1';

describe.each(SHELLS)('wake.sh under $shell', ({ command }) => {
  let pod: PodScripts;
  const start = (model = MODEL, node = 'srv1') => {
    pod.remove();
    begin(model, node);
  };
  const begin = (model = MODEL, node = 'srv1') => {
    pod = new PodScripts(command, model, node);
    pod.ups('ups1', 'ups.status', 'OL');
    logIn('10.0.0.2');
  };
  const logIn = (...addresses: string[]) => pod.write('ups/clients', ['127.0.0.1', ...addresses, ''].join('\n'));
  const wake = (): string => {
    const { status, stdout, stderr } = pod.run('wake.sh');
    expect([status, stderr]).toEqual([0, '']);
    return stdout;
  };
  const kept = (name: string): string | undefined => {
    const path = pod.path(`killpower/${name}`);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  beforeEach(() => begin());
  afterEach(() => pod.remove());

  test('learns the MAC address of a node that is up', () => {
    wake();
    expect(kept('peers')).toBe(`${ENTRY}\n`);
  });

  test('takes the MAC address of cluster.yaml', () => {
    start({ ...MODEL, nodes: MODEL.nodes.map((node) => ({ ...node, mac: '06:00:00:00:00:0a' })) });
    wake();
    expect(kept('peers')).toBe('srv2 06:00:00:00:00:0a eth1\n');
  });

  test('uses the interface of the default route for a node that ARP does not know', () => {
    start({ ...MODEL, nodes: MODEL.nodes.map((node) => ({ ...node, ipv4: undefined, mac: '06:00:00:00:00:0a' })) });
    pod.write('proc/net/route', 'Iface\tDestination\tGateway\neth7\t00000000\t0100000A\n');
    wake();
    expect(kept('peers')).toBe('srv2 06:00:00:00:00:0a eth7\n');
  });

  test('names a node that is up and whose MAC address is unknown', () => {
    pod.write('proc/net/arp', 'IP address\n');
    wake();
    expect([kept('peers'), readFileSync(pod.path('var/run/nut/unknown'), 'utf8')]).toEqual(['', ' srv2\n']);
  });

  test('wakes a node that was up before the outage and is missing, once a minute', () => {
    pod.write('killpower/awaited', `${ENTRY}\n${ENTRY}\n`);
    logIn();
    expect(wake()).toContain('srv2 is off after the outage; wakes it by magic packets to 02:00:00:00:00:02 on eth1');
    for (let run = 0; run < 3; run++) wake();
    expect(pod.asked('packets')).toEqual([PACKET, PACKET]);
  });

  test('stops when the node is up, or after 30 minutes', () => {
    pod.write('killpower/awaited', `${ENTRY} 4\n`);
    wake();
    expect([kept('awaited'), pod.asked('packets')]).toEqual([undefined, []]);
    logIn();
    pod.write('killpower/awaited', `${ENTRY} 90\n`);
    expect(wake()).toContain('srv2 is still off; press its power button');
    expect([kept('awaited'), pod.asked('packets')]).toEqual([undefined, []]);
  });

  test('wakes no node that went off without an outage', () => {
    wake();
    logIn();
    wake();
    expect([kept('peers'), pod.asked('packets')]).toEqual(['', []]);
  });

  test.each(['OB', 'OB LB', 'FSD OL', 'WAIT'])('sends and changes nothing at "%s"', (status) => {
    pod.write('killpower/awaited', `${ENTRY}\n`);
    pod.ups('ups1', 'ups.status', status);
    logIn();
    wake();
    expect([kept('awaited'), kept('peers'), pod.asked('packets')]).toEqual([`${ENTRY}\n`, undefined, []]);
  });

  test('sends nothing without data, nor where power.armed is false', () => {
    pod.write('killpower/awaited', `${ENTRY}\n`);
    pod.ups('ups1', 'ups.status', undefined);
    logIn();
    wake();
    start({ ...MODEL, armed: false });
    pod.write('killpower/awaited', `${ENTRY}\n`);
    logIn();
    expect(wake()).toContain('not armed: srv2 would be woken');
    expect(pod.asked('packets')).toEqual([]);
  });

  test('does nothing on a node without a cable', () => {
    start(MODEL, 'srv2');
    wake();
    expect(kept('peers')).toBeUndefined();
  });

  test('second.sh awaits after an outage what was up before it', async () => {
    pod.write('killpower/peers', `${ENTRY}\n`);
    pod.ups('ups1', 'ups.status', 'OB');
    await pod.look();
    expect(kept('awaited')).toBe(`${ENTRY}\n`);
  });

  test('second.sh commits a node that is shed', async () => {
    const nodes = MODEL.nodes.map((node) => ({ ...node, shed: { chargeBelowPercent: 50 } }));
    start({ ...MODEL, nodes }, 'srv2');
    pod.ups('ups1', 'ups.status', 'OB');
    pod.ups('ups1', 'battery.charge', '49');
    await pod.look();
    expect(pod.line('deadline')).toBeUndefined();
    pod.write('proc/uptime', '1010.01 1.0\n');
    await pod.look();
    expect(pod.line('deadline')?.at(-1)).toBe('shed');
    expect(pod.declared).toEqual([]);
  });
});
