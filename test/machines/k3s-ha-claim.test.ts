import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { site } from '../support/sites';
import { SHELLS, StubMachine } from './k3s-ha-machine';

describe.each(SHELLS)('k3s-ha under $shell', ({ command }) => {
  let machine: StubMachine;
  beforeEach(() => {
    machine = new StubMachine(command, site());
  });
  afterEach(() => machine.remove());

  describe('a claim that was left over', () => {
    /** init that a person ends with Ctrl-C while k3s waits for something and has no data. */
    const endedByHand = () => {
      machine.stub('restart', 'kill -INT $PPID; sleep 1; exit 1\n');
      const answer = machine.run('init');
      machine.stub('restart', 'exit 0\n');
      return answer;
    };
    const leftovers = () => ['claimed', 'run/claim', 'run/found.env'].filter((file) => machine.has(file));

    test('lets start go on founding while nothing speaks against it', () => {
      endedByHand();
      expect(machine.run('start')).toMatchObject({ code: 0, line: 'INIT founding the cluster as permitted' });
      expect(leftovers()).toEqual(['claimed', 'run/claim', 'run/found.env']);
    });

    test('is spoken of, with the way out', () => {
      expect(endedByHand()).toMatchObject({
        code: 130,
        line: 'k3s goes on founding; to give that up: systemctl stop k3s, and restart this machine',
      });
      expect(machine.run('status').lines).toContain(
        'claim: this machine is founding the cluster; if that was given up, restart the machine',
      );
    });

    test('founds nothing when the virtual IP was taken away by hand', () => {
      endedByHand();
      rmSync(join(machine.folder, 'claimed'));
      expect(machine.run('start').line).toMatch(/^WAIT no API/);
      expect(leftovers()).toEqual([]);
    });

    test('gives way to the cluster that was founded elsewhere', () => {
      endedByHand();
      machine.serves('192.168.10.12');
      const { lines } = machine.run('start');
      expect(lines).toEqual([
        'k3s-ha: gives up what it claimed: REFUSE 192.168.10.12 answers on port 6443: there is a cluster; start k3s here and it will join',
        'k3s-ha: JOIN https://192.168.10.12:6443',
      ]);
      expect(leftovers()).toEqual([]);
    });

    test('gives way to a cluster without a majority, and waits', () => {
      endedByHand();
      machine.serves('192.168.10.12', 2380);
      expect(machine.run('start').code).toBe(1);
      expect(leftovers()).toEqual([]);
    });

    test('founds nothing after the handover has seen data, though these are moved away and nobody answers', () => {
      machine.stub('k3s', 'exit 1\n');
      machine.stub('restart', 'mkdir -p "$F/data/server/db/etcd/member/wal"\n');
      expect(machine.run('init').line).toMatch(/^WAIT the API is not ready/);
      rmSync(join(machine.folder, 'data'), { recursive: true });
      expect(machine.run('start').line).toMatch(/^WAIT no API/);
      expect(leftovers()).toEqual([]);
    });

    test('is not touched while init is on its way', () => {
      machine.write('run/lock/pid', '1');
      machine.write('run/claim', '');
      machine.run('start');
      expect(machine.has('run/claim')).toBe(true);
    });
  });
});
