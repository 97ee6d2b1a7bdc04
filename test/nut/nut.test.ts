import { Chart, Testing } from 'cdk8s';
import type { JsonObject } from '../../lib/metallb/canonical';
import { Nut, type NutProps } from '../../lib/nut/nut';
import { at, find } from '../metallb/support';

const SITE: NutProps = {
  upses: [{ name: 'ups1', driver: 'usbhid-ups', port: 'auto', node: 'srv1', addresses: ['192.168.10.11'] }],
  fedNodes: [
    { name: 'srv1', ups: 'ups1' },
    { name: 'srv2', ups: 'ups1' },
  ],
};

function synth(props: Partial<NutProps> = {}): JsonObject[] {
  const chart = new Chart(Testing.app(), 'test', { namespace: 'nut' });
  new Nut(chart, 'Nut', { ...SITE, ...props });
  return Testing.synth(chart) as JsonObject[];
}

const pods = (name: string, props?: Partial<NutProps>) =>
  at(find(synth(props), 'DaemonSet', name), 'spec.template.spec') as JsonObject;
const terms = (name: string, props?: Partial<NutProps>) =>
  at(pods(name, props), 'affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms');
const configuration = (props?: Partial<NutProps>) =>
  find(synth(props), 'ConfigMap', 'nut-config')['data'] as Record<string, string>;
const checksum = (props?: Partial<NutProps>) =>
  at(find(synth(props), 'DaemonSet', 'nut-secondary'), [
    'spec',
    'template',
    'metadata',
    'annotations',
    'checksum/config',
  ]);
const hostPaths = (name: string, props?: Partial<NutProps>) =>
  (pods(name, props)['volumes'] as { hostPath?: { path: string; type: string } }[]).flatMap(
    ({ hostPath }) => hostPath ?? [],
  );

describe('the primary', () => {
  test('runs on nodes with the label ups-device', () => {
    expect(terms('nut-primary')).toEqual([{ matchExpressions: [{ key: 'ups-device', operator: 'Exists' }] }]);
  });

  test('is privileged in the container with the drivers only', () => {
    expect(at(pods('nut-primary'), 'containers.0')).toMatchObject({
      name: 'upsd',
      securityContext: { privileged: true, allowPrivilegeEscalation: true },
    });
    expect(at(pods('nut-primary'), 'containers.1')).toMatchObject({
      name: 'upsmon',
      securityContext: { privileged: false, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    });
  });

  test('sees the USB bus and the killpower directory of the machine', () => {
    expect(hostPaths('nut-primary')).toEqual([
      { path: '/dev/bus/usb', type: 'Directory' },
      { path: '/run/killpower', type: 'DirectoryOrCreate' },
    ]);
  });

  test('calls its own upsd over loopback', () => {
    expect(configuration()['srv1.primary.upsmon.conf']).toContain('MONITOR ups1@127.0.0.1:3493 1 monprimary');
  });
});

describe('the secondary', () => {
  test('runs on nodes without the label ups-device', () => {
    expect(terms('nut-secondary')).toEqual([{ matchExpressions: [{ key: 'ups-device', operator: 'DoesNotExist' }] }]);
  });

  test('stays away from nodes that no UPS feeds', () => {
    expect(terms('nut-secondary', { unfedNodes: ['srv3'] })).toEqual([
      {
        matchExpressions: [
          { key: 'ups-device', operator: 'DoesNotExist' },
          { key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['srv3'] },
        ],
      },
    ]);
  });

  test('is not privileged', () => {
    expect(at(pods('nut-secondary'), 'containers.0.securityContext')).toMatchObject({
      privileged: false,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('is privileged when its owner says so', () => {
    const context = at(
      pods('nut-secondary', { privilegedSecondary: true }),
      'containers.0.securityContext',
    ) as JsonObject;
    expect(context).toMatchObject({ privileged: true, allowPrivilegeEscalation: true });
    expect(context).not.toHaveProperty('capabilities');
  });

  test('sees the killpower directory and nothing else of the machine', () => {
    expect(hostPaths('nut-secondary', { killpowerPath: '/usr/local/killpower' })).toEqual([
      { path: '/usr/local/killpower', type: 'DirectoryOrCreate' },
    ]);
  });

  test('is given its own password and not that of the primary', () => {
    const secret = (pods('nut-secondary')['volumes'] as JsonObject[]).find((volume) => volume['name'] === 'secret');
    expect(at(secret, 'secret.items')).toEqual([{ key: 'secondary', path: 'secondary' }]);
  });
});

describe.each(['nut-primary', 'nut-secondary'])('%s', (name) => {
  test('works while DNS, scheduler and registry do not', () => {
    expect(pods(name)).toMatchObject({
      hostNetwork: true,
      dnsPolicy: 'Default',
      priorityClassName: 'system-node-critical',
      tolerations: [{ operator: 'Exists' }],
      automountServiceAccountToken: false,
    });
  });

  test('has no probe that could end it', () => {
    for (const container of pods(name)['containers'] as JsonObject[]) {
      expect(Object.keys(container).filter((key) => key.endsWith('Probe'))).toEqual([]);
    }
  });
});

test('a change of the configuration rolls the pods', () => {
  expect(checksum({ port: 3494 })).not.toBe(checksum());
  expect(checksum()).toBe(checksum());
});

test('the Service names its protocol and selects the primary', () => {
  expect(find(synth(), 'Service')['spec']).toMatchObject({
    ports: [{ name: 'nut', port: 3493, protocol: 'TCP', targetPort: 3493 }],
    selector: { 'app.kubernetes.io/name': 'nut-primary' },
  });
});

test('two UPSes at two nodes give each node its own files', () => {
  const upses = [
    ...SITE.upses,
    { name: 'ups2', driver: 'nutdrv_qx', port: 'auto', node: 'srv3', addresses: ['192.168.10.13'] as const },
  ];
  const fedNodes = [...SITE.fedNodes, { name: 'srv3', ups: 'ups2' }, { name: 'srv4', ups: 'ups2' }];
  const files = configuration({ upses, fedNodes });
  expect(files['srv3.ups.conf']).toContain('[ups2]');
  expect(files['srv3.ups.conf']).not.toContain('[ups1]');
  expect(files['srv3.upsd.conf']).toContain('LISTEN 192.168.10.13 3493');
  expect(files['srv4.secondary.upsmon.conf']).toContain('MONITOR ups2@192.168.10.13:3493');
});

test('a node fed by a UPS that is not there is refused', () => {
  expect(() => synth({ fedNodes: [{ name: 'srv2', ups: 'ups9' }] })).toThrow(
    'node srv2 is fed by "ups9", which is no UPS here',
  );
});

test('one name for two UPSes is refused', () => {
  expect(() => synth({ upses: [...SITE.upses, ...SITE.upses] })).toThrow('two UPSes are named "ups1"');
});
