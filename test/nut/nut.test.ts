import { Chart, Testing } from 'cdk8s';
import type { JsonObject } from '../../lib/metallb/canonical';
import type { CabledUps, FedNode, NutModel } from '../../lib/nut/model';
import { Nut, type NutProps } from '../../lib/nut/nut';
import { at, find } from '../metallb/support';

const TIMING = { pollFreq: 5, pollFreqAlert: 2, deadTime: 15, hostSync: 15, finalDelay: 0, lease: 20 };
const ups = (name: string, node: string, driver = 'usbhid-ups'): CabledUps => ({
  name,
  driver,
  port: 'auto',
  node,
  addresses: [`10.0.0.${node.at(-1)}`],
  offDelaySeconds: 120,
});
const fed = (name: string, ...feeds: string[]): FedNode => ({
  name,
  address: `10.0.0.${name.at(-1)}`,
  feeds: feeds.map((feed) => ({ ups: feed, powerValue: 1 })),
  minSupplies: 1,
  stageSeconds: 5,
  haltSeconds: 60,
});
const MODEL: NutModel = {
  cabled: [ups('ups1', 'srv1')],
  served: [],
  nodes: [fed('srv1', 'ups1'), fed('srv2', 'ups1')],
  port: 3493,
  timing: TIMING,
  actuator: 'killpowerd',
  tls: false,
};

function synth(model: Partial<NutModel> = {}, props: Partial<NutProps> = {}): JsonObject[] {
  const chart = new Chart(Testing.app(), 'test', { namespace: 'nut' });
  new Nut(chart, 'Nut', { model: { ...MODEL, ...model }, ...props });
  return Testing.synth(chart) as JsonObject[];
}

const podOf = (objects: JsonObject[], name: string) =>
  at(find(objects, 'DaemonSet', name), 'spec.template.spec') as JsonObject;
const pods = (name: string, model?: Partial<NutModel>, props?: Partial<NutProps>) => podOf(synth(model, props), name);
const container = (pod: JsonObject, name: string) =>
  (pod['containers'] as JsonObject[]).find((candidate) => candidate['name'] === name) ?? {};
const names = (pod: JsonObject) => (pod['containers'] as JsonObject[]).map((candidate) => candidate['name']);
const terms = (pod: JsonObject) =>
  at(pod, 'affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms');
const configuration = (model?: Partial<NutModel>) =>
  find(synth(model), 'ConfigMap', 'nut-config')['data'] as Record<string, string>;
const checksum = (model?: Partial<NutModel>) =>
  at(find(synth(model), 'DaemonSet', 'nut-secondary'), [
    'spec',
    'template',
    'metadata',
    'annotations',
    'checksum/config',
  ]);
const hostPaths = (pod: JsonObject) =>
  (pod['volumes'] as { hostPath?: { path: string; type: string } }[]).flatMap(({ hostPath }) => hostPath ?? []);
const secretKeys = (pod: JsonObject) =>
  (
    at(
      (pod['volumes'] as JsonObject[]).find((volume) => volume['name'] === 'secret'),
      'secret.items',
    ) as { key: string }[]
  ).map(({ key }) => key);

describe('the primary', () => {
  test('runs on nodes with the label ups-device', () => {
    expect(terms(pods('nut-primary'))).toEqual([{ matchExpressions: [{ key: 'ups-device', operator: 'Exists' }] }]);
  });

  test('has three callers besides upsd', () => {
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

  test('sees the USB bus and the killpower directory of the machine', () => {
    expect(hostPaths(pods('nut-primary'))).toEqual([
      { path: '/dev/bus/usb', type: 'Directory' },
      { path: '/run/killpower', type: 'DirectoryOrCreate' },
    ]);
  });

  test('has both passwords, because any of its callers may command the UPS', () => {
    expect(secretKeys(pods('nut-primary'))).toEqual(['primary', 'secondary']);
  });

  test('has no rights on the machine when its driver talks over the network', () => {
    const pod = pods('nut-primary', { cabled: [ups('ups1', 'srv1', 'snmp-ups')] });
    expect(container(pod, 'upsd')['securityContext']).toMatchObject({ privileged: false });
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

  test('is not there when another machine serves the UPS', () => {
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

  test('has no rights on the machine', () => {
    for (const name of ['agent', 'second']) {
      expect(container(pods('nut-secondary'), name)['securityContext']).toMatchObject({
        privileged: false,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  test('is privileged when its owner says so', () => {
    const pod = pods('nut-secondary', {}, { privilegedSecondary: true });
    expect(container(pod, 'agent')['securityContext']).toMatchObject({ privileged: true });
  });

  test('sees the killpower directory and nothing else of the machine', () => {
    expect(hostPaths(pods('nut-secondary', {}, { killpowerPath: '/usr/local/killpower' }))).toEqual([
      { path: '/usr/local/killpower', type: 'DirectoryOrCreate' },
    ]);
  });

  test('is given its own password and not that of the primary', () => {
    expect(secretKeys(pods('nut-secondary'))).toEqual(['secondary']);
  });

  test('is given the password for a UPS that another machine serves', () => {
    const served = [{ name: 'nas', host: '10.0.0.20', port: 3493, user: 'monuser' }];
    expect(secretKeys(pods('nut-secondary', { served }))).toEqual(['secondary', 'server-nas']);
  });

  test('sees the system bus when logind is to power the machine off', () => {
    expect(hostPaths(pods('nut-secondary', { actuator: 'logind' }))).toContainEqual({
      path: '/run/dbus',
      type: 'Directory',
    });
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
    for (const candidate of pods(name)['containers'] as JsonObject[]) {
      expect(Object.keys(candidate).filter((key) => /^(liveness|startup)Probe$/.test(key))).toEqual([]);
    }
  });

  test('says by its readiness whether a power failure would end well', () => {
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

  test('rolls out everywhere, whatever preflight says', () => {
    expect(at(find(synth(), 'DaemonSet', name), 'spec.updateStrategy')).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '100%' },
    });
  });
});

describe('the files', () => {
  test('tell a node its numbers', () => {
    expect(configuration()['srv2.env']).toBe(
      'STAGE=5\nHALT=60\nFEEDS=1\nSUPPLIES=1\nMIN_SUPPLIES=1\nLEASE=20\nPOLL=2\nUPSD_PORT=3493\nACTUATOR=killpowerd\nEARLY=no\nEARLY_ON_BATTERY=\nEARLY_CHARGE=\nEARLY_RUNTIME=\n',
    );
  });

  test('tell the early limits', () => {
    expect(configuration({ early: { runtimeBelowSeconds: 300 } })['srv2.env']).toMatch(
      /^EARLY=yes$(.|\n)*^EARLY_RUNTIME=300$/m,
    );
  });

  test('let the node with the cable call its own upsd over loopback, and the others its address', () => {
    expect(configuration()['srv1.feeds']).toBe('ups1@127.0.0.1:3493 1\n');
    expect(configuration()['srv2.feeds']).toBe('ups1@10.0.0.1:3493 1\n');
  });

  test('list who should be logged in', () => {
    expect(configuration()['srv1.clients']).toBe('ups1 127.0.0.1 srv1\nups1 127.0.0.1 srv1\nups1 10.0.0.2 srv2\n');
  });

  test('tell the UPS node the offdelay that the plan reckons with', () => {
    expect(configuration()['srv1.cables']).toBe('ups1 120 usbhid-ups\n');
  });

  test('make a node primary for its own UPS and secondary for the other one that feeds it', () => {
    const cabled = [ups('ups1', 'srv1'), ups('ups2', 'srv2')];
    const nodes = [fed('srv1', 'ups1', 'ups2'), fed('srv2', 'ups2')];
    const text = configuration({ cabled, nodes })['srv1.primary.upsmon.conf'];
    expect(text).toMatch(/^MONITOR ups1@127\.0\.0\.1:3493 1 monprimary .* primary$/m);
    expect(text).toMatch(/^MONITOR ups2@10\.0\.0\.2:3493 1 monsecondary .* secondary$/m);
  });

  test('give each UPS node its own UPSes', () => {
    const files = configuration({ cabled: [ups('ups1', 'srv1'), ups('ups2', 'srv3', 'nutdrv_qx')] });
    expect(files['srv3.ups.conf']).toContain('[ups2]');
    expect(files['srv3.ups.conf']).not.toContain('[ups1]');
    expect(files['srv3.upsd.conf']).toContain('LISTEN 10.0.0.3 3493');
  });
});

test('a change of the configuration rolls the pods', () => {
  expect(checksum({ port: 3494 })).not.toBe(checksum());
  expect(checksum()).toBe(checksum());
});

test('the Service names its protocol, selects the primaries, and does not ask whether they are ready', () => {
  expect(find(synth(), 'Service')['spec']).toMatchObject({
    ports: [{ name: 'nut', port: 3493, protocol: 'TCP', targetPort: 3493 }],
    selector: { 'app.kubernetes.io/component': 'primary' },
    publishNotReadyAddresses: true,
  });
});

describe('metrics', () => {
  test('add an exporter to the primary only', () => {
    const objects = synth({}, { metrics: {} });
    expect(names(podOf(objects, 'nut-primary'))).toContain('exporter');
    expect(names(podOf(objects, 'nut-secondary'))).not.toContain('exporter');
  });

  test('come with alerts for the Prometheus operator when asked for', () => {
    const rule = find(synth({}, { metrics: { prometheusRules: true } }), 'PrometheusRule');
    const alerts = at(rule, 'spec.groups.0.rules') as { alert: string }[];
    expect(alerts.map(({ alert }) => alert)).toEqual([
      'UpsOnBattery',
      'UpsLowBattery',
      'UpsReplaceBattery',
      'UpsOverloaded',
      'UpsUnseen',
      'PowerOffNotReady',
    ]);
  });

  test('scrape each UPS from its own node', () => {
    const monitor = find(synth({}, { metrics: { prometheusRules: true } }), 'PodMonitor', 'nut-ups1');
    expect(at(monitor, 'spec.podMetricsEndpoints.0')).toMatchObject({
      params: { ups: ['ups1'] },
      relabelings: [{ regex: 'srv1', action: 'keep' }],
    });
  });
});

describe('TLS', () => {
  const objects = () => synth({ tls: true }, { tlsSecretName: 'nut-tls' });

  test('gives the key to upsd and the authority alone to everybody else', () => {
    const volumes = podOf(objects(), 'nut-primary')['volumes'] as JsonObject[];
    const keys = (name: string) =>
      (
        at(
          volumes.find((volume) => volume['name'] === name),
          'secret.items',
        ) as { key: string }[]
      ).map(({ key }) => key);
    expect(keys('tls-server')).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
    expect(keys('tls-trust')).toEqual(['ca.crt']);
  });

  test('without a Secret is refused', () => expect(() => synth({ tls: true })).toThrow('belong together'));
});

test('a node fed by a UPS that is not there is refused', () => {
  expect(() => synth({ nodes: [fed('srv2', 'ups9')] })).toThrow('node srv2 is fed by "ups9", which is no UPS here');
});

test('one name for two UPSes is refused', () => {
  expect(() => synth({ cabled: [ups('ups1', 'srv1'), ups('ups1', 'srv2')] })).toThrow('two UPSes are named "ups1"');
});
