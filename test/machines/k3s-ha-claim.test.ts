import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SHELLS } from '../support/shells';
import { site } from '../support/sites';
import { StubMachine } from './k3s-ha-machine';

describe.each(SHELLS)('k3s-ha under $shell', ({ command }) => {
  let machine: StubMachine;
  beforeEach(() => {
    machine = new StubMachine(command, site());
  });
  afterEach(() => machine.remove());

  describe('a claim of an interrupted init', () => {
    /** init that a person interrupts with Ctrl-C while k3s waits and has no data. */
    const endedByHand = () => {
      machine.stub('restart', 'kill -INT $PPID; sleep 1; exit 1\n');
      const answer = machine.run('init');
      machine.stub('restart', 'exit 0\n');
      return answer;
    };
    const leftovers = () => ['claimed', 'run/claim', 'run/found.env'].filter((file) => machine.has(file));

    test('lets start continue the bootstrap while nothing contradicts it', () => {
      endedByHand();
      expect(machine.run('start')).toMatchObject({ code: 0, line: 'INIT bootstrapping the cluster as permitted' });
      expect(leftovers()).toEqual(['claimed', 'run/claim', 'run/found.env']);
    });

    test('is reported, with the way to abandon it', () => {
      expect(endedByHand()).toMatchObject({
        code: 130,
        line: 'k3s continues to bootstrap; to abandon it, run systemctl stop k3s and restart this host',
      });
      expect(machine.run('status').lines).toContain(
        'claim: this host is bootstrapping the cluster; if that was abandoned, restart the host',
      );
    });

    test('does not bootstrap after the VIP was removed by hand', () => {
      endedByHand();
      rmSync(join(machine.folder, 'claimed'));
      expect(machine.run('start').line).toMatch(/^WAIT no API/);
      expect(leftovers()).toEqual([]);
    });

    test('is released when another server has bootstrapped the cluster', () => {
      endedByHand();
      machine.serves('192.168.10.12');
      const { lines } = machine.run('start');
      expect(lines).toEqual([
        'k3s-ha: claim released: REFUSE 192.168.10.12 answers on port 6443: a cluster exists; start k3s here to join it',
        'k3s-ha: JOIN https://192.168.10.12:6443',
      ]);
      expect(leftovers()).toEqual([]);
    });

    test('is released when a cluster without quorum exists, and start waits', () => {
      endedByHand();
      machine.serves('192.168.10.12', 2380);
      expect(machine.run('start').code).toBe(1);
      expect(leftovers()).toEqual([]);
    });

    test('does not bootstrap once the handover has seen data, even if the data is gone and no server answers', () => {
      machine.stub('k3s', 'exit 1\n');
      machine.stub('restart', 'mkdir -p "$F/data/server/db/etcd/member/wal"\n');
      expect(machine.run('init').line).toMatch(/^WAIT the API is not ready/);
      rmSync(join(machine.folder, 'data'), { recursive: true });
      expect(machine.run('start').line).toMatch(/^WAIT no API/);
      expect(leftovers()).toEqual([]);
    });

    test('stays while init runs', () => {
      machine.write('run/lock/pid', '1');
      machine.write('run/claim', '');
      machine.run('start');
      expect(machine.has('run/claim')).toBe(true);
    });
  });
});
