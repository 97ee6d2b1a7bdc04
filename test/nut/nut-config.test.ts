import type { JsonObject } from '../../lib/live/verify/canonical';
import { at, find } from '../metallb/support';
import { checksum, configuration, fed, names, podOf, pods, secretKeys, synth, ups } from './nut-synth';

describe('the files', () => {
  test('have the settings of a node', () => {
    expect(configuration()['srv2.env']).toBe(
      'STAGE=5\nHALT=60\nFEEDS=1\nSUPPLIES=1\nMIN_SUPPLIES=1\nLEASE=20\nPOLL=2\nUPSD_PORT=3493\nARMED=yes\nACTUATOR=killpowerd\nKILLPOWERD_HASH=0123456789ab\nEARLY_ON_BATTERY=\nEARLY_CHARGE=\nEARLY_RUNTIME=\nSHED_ON_BATTERY=\nSHED_CHARGE=\nSHED_RUNTIME=\nEARLY_POLLS=5\nRECHARGE_SECONDS=28800\nCHARGED_PERCENT=90\n',
    );
  });

  test('have the limits of an early shutdown', () => {
    expect(configuration({ early: { runtimeBelowSeconds: 300 } })['srv2.env']).toMatch(/^EARLY_RUNTIME=300$/m);
  });

  test('give the node with the cable its own upsd over loopback, and the others its address', () => {
    expect(configuration()['srv1.feeds']).toBe('ups1@127.0.0.1:3493 1\n');
    expect(configuration()['srv2.feeds']).toBe('ups1@10.0.0.1:3493 1\n');
  });

  test('list the upsmons that should be logged in', () => {
    expect(configuration()['srv1.clients']).toBe('ups1 127.0.0.1 srv1\nups1 127.0.0.1 srv1\nups1 10.0.0.2 srv2\n');
  });

  test('list what the UPS node wakes, and how it knows each node', () => {
    const cabled = [ups('ups1', 'srv1'), ups('ups2', 'srv2')];
    const nodes = [fed('srv1', 'ups1'), { ...fed('srv2', 'ups1', 'ups2'), mac: '02:00:00:00:00:02', ipv4: '10.0.0.2' }];
    const files = configuration({ cabled, nodes: [...nodes, fed('srv3', 'ups2')] });
    expect(files['srv1.wakes']).toBe(
      'srv2 02:00:00:00:00:02 10.0.0.2 ups1@127.0.0.1:3493 10.0.0.2\nsrv2 02:00:00:00:00:02 10.0.0.2 ups2@10.0.0.2:3493 127.0.0.1\nsrv3 - - ups2@10.0.0.2:3493 10.0.0.3\n',
    );
    expect(files['srv3.wakes']).toBeUndefined();
  });

  test('list what every node wakes where a NAS serves the UPS', () => {
    const served = [{ name: 'nas', host: '10.0.0.9', port: 3493, user: 'monuser' }];
    const files = configuration({ cabled: [], served, nodes: [fed('srv1', 'nas'), fed('srv2', 'nas')] });
    expect(files['srv2.wakes']).toBe('srv1 - - nas@10.0.0.9:3493 10.0.0.1\n');
  });

  test('list the hosts outside the cluster, whose passwords only upsd reads', () => {
    const clients = [{ name: 'nas', address: '10.0.0.40', user: 'nas' }];
    const model = { cabled: [{ ...ups('ups1', 'srv1'), clients }] };
    expect(configuration(model)['srv1.outside']).toBe('ups1 10.0.0.40 nas\n');
    expect(['nut-primary', 'nut-secondary'].map((name) => secretKeys(pods(name, model)))).toEqual([
      expect.arrayContaining(['client-nas']),
      ['secondary'],
    ]);
  });

  test('give the UPS node the offdelay of the plan', () => {
    expect(configuration()['srv1.cables']).toBe('ups1 120 usbhid-ups 120/0\n');
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

test('the Service names its protocol, selects the primaries, and includes those that are not ready', () => {
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
});

describe('TLS', () => {
  const objects = () => synth({ tls: true }, { tlsSecretName: 'nut-tls' });

  test('gives the key to upsd and only the CA certificate to the other containers', () => {
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
  expect(() => synth({ nodes: [fed('srv2', 'ups9')] })).toThrow(
    'node srv2 is fed by "ups9", which is not a UPS of this model',
  );
});

test('one name for two UPSes is refused', () => {
  expect(() => synth({ cabled: [ups('ups1', 'srv1'), ups('ups1', 'srv2')] })).toThrow('two UPSes are named "ups1"');
});
