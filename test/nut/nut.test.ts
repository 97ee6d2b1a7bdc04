import type { JsonObject } from '../../lib/live/verify/canonical';
import { at, find } from '../metallb/support';
import { checksum, container, fed, hostPaths, names, podOf, pods, secretKeys, synth, terms, ups } from './nut-synth';

describe('the primary', () => {
  test('runs on nodes with the label ups-device', () => {
    expect(terms(pods('nut-primary'))).toEqual([{ matchExpressions: [{ key: 'ups-device', operator: 'Exists' }] }]);
  });

  test('has three containers besides upsd', () => {
    expect(names(pods('nut-primary'))).toEqual(['upsd', 'primary', 'agent', 'second']);
  });

  test('is privileged in the container with the drivers only', () => {
    const pod = pods('nut-primary');
    expect(container(pod, 'upsd')['securityContext']).toMatchObject({
      privileged: true,
      allowPrivilegeEscalation: true,
    });
    for (const name of ['primary', 'agent', 'second']) {
      expect(container(pod, name)['securityContext']).toMatchObject({
        privileged: false,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  test('mounts the USB bus and the killpower directory of the node', () => {
    expect(hostPaths(pods('nut-primary'))).toEqual([
      { path: '/dev/bus/usb', type: 'Directory' },
      { path: '/run/killpower', type: 'DirectoryOrCreate' },
    ]);
  });

  test('has both passwords, because each of its containers may command the UPS', () => {
    expect(secretKeys(pods('nut-primary'))).toEqual(['primary', 'secondary']);
  });

  test('has no privileges on the node when its driver uses the network', () => {
    const pod = pods('nut-primary', { cabled: [ups('ups1', 'srv1', 'snmp-ups')] });
    expect(container(pod, 'upsd')['securityContext']).toMatchObject({ privileged: false });
    expect(hostPaths(pod).map(({ path }) => path)).toEqual(['/run/killpower']);
  });

  test('needs no USB bus when its driver uses a serial port', () => {
    const pod = pods('nut-primary', { cabled: [{ ...ups('ups1', 'srv1', 'blazer_ser'), port: '/dev/ttyS0' }] });
    expect(container(pod, 'upsd')['securityContext']).toMatchObject({ privileged: true });
    expect(hostPaths(pod).map(({ path }) => path)).toEqual(['/run/killpower']);
  });

  test('is split when one driver needs devices and another does not', () => {
    const cabled = [ups('ups1', 'srv1'), ups('ups2', 'srv3', 'snmp-ups')];
    const objects = synth({ cabled });
    const hostName = 'kubernetes.io/hostname';
    expect(at(terms(podOf(objects, 'nut-primary')), '0.matchExpressions.1')).toEqual({
      key: hostName,
      operator: 'NotIn',
      values: ['srv3'],
    });
    expect(at(terms(podOf(objects, 'nut-primary-network')), '0.matchExpressions.1')).toEqual({
      key: hostName,
      operator: 'In',
      values: ['srv3'],
    });
  });

  test('is absent when another host serves the UPS', () => {
    const served = [{ name: 'nas', host: '10.0.0.20', port: 3493, user: 'monuser' }];
    const objects = synth({ cabled: [], served, nodes: [fed('srv1', 'nas')] });
    expect(objects.map(({ kind, metadata }) => `${String(kind)} ${(metadata as { name: string }).name}`)).toEqual([
      'ConfigMap nut-config',
      'ConfigMap nut-scripts',
      'DaemonSet nut-secondary',
    ]);
  });
});

describe('the secondary', () => {
  test('runs on nodes without the label ups-device', () => {
    expect(terms(pods('nut-secondary'))).toEqual([
      { matchExpressions: [{ key: 'ups-device', operator: 'DoesNotExist' }] },
    ]);
  });

  test('stays away from nodes that no UPS feeds', () => {
    expect(at(terms(pods('nut-secondary', {}, { unfedNodes: ['srv3'] })), '0.matchExpressions.1')).toEqual({
      key: 'kubernetes.io/hostname',
      operator: 'NotIn',
      values: ['srv3'],
    });
  });

  test('is an agent and a second opinion', () => expect(names(pods('nut-secondary'))).toEqual(['agent', 'second']));

  test('has no privileges on the node', () => {
    for (const name of ['agent', 'second']) {
      expect(container(pods('nut-secondary'), name)['securityContext']).toMatchObject({
        privileged: false,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  test('is privileged with privilegedSecondary', () => {
    const pod = pods('nut-secondary', {}, { privilegedSecondary: true });
    expect(container(pod, 'agent')['securityContext']).toMatchObject({ privileged: true });
  });

  test('mounts the killpower directory and nothing else of the node', () => {
    expect(hostPaths(pods('nut-secondary', {}, { killpowerPath: '/usr/local/killpower' }))).toEqual([
      { path: '/usr/local/killpower', type: 'DirectoryOrCreate' },
    ]);
  });

  test('has its own password and not that of the primary', () => {
    expect(secretKeys(pods('nut-secondary'))).toEqual(['secondary']);
  });

  test('has the password for a UPS that another host serves', () => {
    const served = [{ name: 'nas', host: '10.0.0.20', port: 3493, user: 'monuser' }];
    expect(secretKeys(pods('nut-secondary', { served }))).toEqual(['secondary', 'server-nas']);
  });

  test('mounts the system bus when logind powers the node off', () => {
    expect(hostPaths(pods('nut-secondary', { actuator: 'logind' }))).toContainEqual({
      path: '/run/dbus',
      type: 'Directory',
    });
  });
});

describe.each(['nut-primary', 'nut-secondary'])('%s', (name) => {
  test('runs without DNS, scheduler and registry', () => {
    expect(pods(name)).toMatchObject({
      hostNetwork: true,
      dnsPolicy: 'Default',
      priorityClassName: 'system-node-critical',
      tolerations: [{ operator: 'Exists' }],
      automountServiceAccountToken: false,
    });
  });

  test('has no probe that could restart it', () => {
    for (const candidate of pods(name)['containers'] as JsonObject[]) {
      expect(Object.keys(candidate).filter((key) => /^(liveness|startup)Probe$/.test(key))).toEqual([]);
    }
  });

  test('reports by its readiness whether a power failure would end in a clean shutdown', () => {
    expect(at(container(pods(name), 'second'), 'readinessProbe.exec.command')).toEqual(['/scripts/ready.sh']);
  });

  test('gives each upsmon a state directory of its own, because each has a PID file', () => {
    const mounts = (pods(name)['containers'] as JsonObject[]).flatMap((candidate) =>
      (candidate['volumeMounts'] as { mountPath: string; name: string }[]).filter(
        ({ mountPath }) => mountPath === '/var/run/nut',
      ),
    );
    expect(new Set(mounts.map((mount) => mount.name)).size).toBe(mounts.length);
  });

  test('rolls out to all nodes, ready or not', () => {
    expect(at(find(synth(), 'DaemonSet', name), 'spec.updateStrategy')).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '100%' },
    });
  });

  describe('with receivers', () => {
    const url = 'https://ntfy.home.arpa/ups';
    const phone = { name: 'phone', type: 'ntfy', url, token: { secret: true } } as const;
    const messages = { site: 'home', receivers: [phone] };
    const notify = pods('nut-notify', { notify: messages });

    test('nut-notify has the secrets of receivers and no other, and starts without them', () => {
      expect(secretKeys(notify)).toEqual(['notify-phone-token']);
      const volumes = notify['volumes'] as { secret?: { optional?: boolean } }[];
      expect(volumes.find(({ secret }) => secret)?.secret?.optional).toBe(true);
      expect(secretKeys(pods('nut-primary', { notify: messages }))).toEqual(['primary', 'secondary']);
    });

    test('nut-notify is unprivileged and only reads the power-off directory', () => {
      expect(hostPaths(notify).map(({ path }) => path)).toEqual(['/run/killpower', '/var/lib/rancher/power-notify']);
      const { securityContext, volumeMounts } = container(notify, 'notify') as {
        securityContext: object;
        volumeMounts: { mountPath: string; readOnly?: boolean }[];
      };
      expect(securityContext).toMatchObject({ privileged: false, capabilities: { drop: ['ALL'] } });
      expect(volumeMounts.find(({ mountPath }) => mountPath === '/killpower')?.readOnly).toBe(true);
    });

    test('a receiver changes no other pod', () => {
      const other = { ...messages, receivers: [{ ...phone, name: 'desk' }] };
      expect(pods('nut-primary', { notify: other })).toEqual(pods('nut-primary', { notify: messages }));
      expect(checksum({ notify: other })).toBe(checksum({ notify: messages }));
    });
  });
});
