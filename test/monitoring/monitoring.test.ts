import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Cluster } from '../../lib/cluster/schema';
import type { JsonObject } from '../../lib/live/verify/canonical';
import { type Alert, alertsOf } from '../../lib/monitoring/alerts';
import { buildSite } from '../../lib/synth/app';
import { at, find } from '../metallb/support';
import { objectsOf } from '../support/objects';
import { site } from '../support/sites';

const monitored = (changes: Parameters<typeof site>[0] = {}): Cluster =>
  site({ power: { metrics: { prometheusRules: true } }, ...changes });
const home = monitored();
const objects = (cluster: Cluster) =>
  objectsOf(new Map([...buildSite(cluster).dist].filter(([file]) => file.startsWith('70')))).map(
    ({ object }) => object,
  );
const dashboard = (cluster: Cluster) =>
  JSON.parse(String((at(find(objects(cluster), 'ConfigMap'), 'data') as JsonObject)['power-safe-k3s.json'])) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
const page = readFileSync('docs/monitoring.md', 'utf8');
const rowsOf = (heading: string) =>
  [...(page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '').matchAll(/^\| ([^|-][^|]*) \| ([^|]*) \|/gm)].slice(
    1,
  );

test('the page of alerts names each of them, and no other', () => {
  const named = rowsOf('Alerts').flatMap(([, , names = '']) => names.match(/`(\w+)`/g) ?? []);
  expect(named.map((name) => name.slice(1, -1)).toSorted()).toEqual(
    [...new Set(alertsOf(home).map(({ alert }) => alert))].toSorted(),
  );
});

test('a UPS is scraped from the node with its cable', () => {
  const monitor = find(objects(home), 'PodMonitor', 'nut');
  expect(at(monitor, 'spec.podMetricsEndpoints.0')).toMatchObject({
    path: '/ups_metrics',
    params: { ups: ['ups1'] },
    relabelings: [{ regex: 'k3s-1', action: 'keep' }],
  });
});

test('Grafana finds the dashboard by its label', () => {
  expect(at(find(objects(home), 'ConfigMap'), 'metadata.labels')).toMatchObject({ grafana_dashboard: '1' });
  expect(dashboard(home).panels.length).toBeGreaterThan(8);
});

test('a site without kube-vip has neither alert nor panel of its lease', () => {
  const other = monitored({ controlPlane: { vip: '192.168.10.5', provider: 'keepalived', interface: 'eth0' } });
  expect([home, other].map((one) => JSON.stringify(objects(one)).includes('plndr'))).toEqual([true, false]);
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
(hasPromtool ? describe : describe.skip)('promtool, of the Debian package prometheus,', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rules-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, value: object) => writeFileSync(join(folder, name), stringify(value));
  const promtool = (...args: string[]) => spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
  const groupsOf = (rules: readonly object[]) => ({ groups: [{ name: 'power-safe-k3s', rules }] });

  test('accepts the rules of dist/', () => {
    write('rules.yaml', at(find(objects(home), 'PrometheusRule'), 'spec') as JsonObject);
    expect(promtool('check', 'rules', 'rules.yaml')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`SUCCESS: ${alertsOf(home).length} rules found`),
    });
  });

  test('parses the query of every panel, and refuses a wrong one', () => {
    const recorded = (exprs: readonly string[]) => exprs.map((expr, i) => ({ record: `panel:${i}`, expr }));
    const exprs = dashboard(home).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    write('panels.yaml', groupsOf(recorded(exprs)));
    write('wrong.yaml', groupsOf(recorded([`${exprs[0]}}`])));
    expect([promtool('check', 'rules', 'panels.yaml').status, promtool('check', 'rules', 'wrong.yaml').status]).toEqual(
      [0, 1],
    );
  });

  /** Series of a site in good order. */
  const node = (name: string, ready: number, version = home.versions.k3s): Series => ({
    [`kube_node_status_condition{condition="Ready",status="true",node="${name}"}`]: `${ready}x2000`,
    [`kube_node_info{node="${name}",kubelet_version="${version}"}`]: '1x2000',
    [`kube_pod_info{namespace="nut",node="${name}",pod="nut-secondary-${name}"}`]: '1x2000',
  });
  const ups = (values: Series = {}): Series => ({
    'network_ups_tools_ups_status{ups="ups1",flag="OL"}': '1x2000',
    'network_ups_tools_battery_runtime{ups="ups1"}': '3000x2000',
    ...values,
  });
  const flag = (name: string): Series => ups({ [`network_ups_tools_ups_status{ups="ups1",flag="${name}"}`]: '1x2000' });
  const lease = 'kube_lease_renew_time{namespace="kube-system",lease="plndr-cp-lock"}';
  const certificate = 'k3s_certificate_expiration_seconds{instance="k3s-1",subject="CN=kube-apiserver"}';
  const snapshot = (status: string) =>
    `k3s_etcd_snapshot_save_duration_seconds_count{instance="k3s-1",status="${status}"}`;
  const GOOD: Series = {
    ...node('k3s-1', 1),
    ...node('k3s-2', 1),
    ...node('k3s-3', 1),
    ...ups(),
    [lease]: '0+60x2000',
    [certificate]: '31536000x2000',
    [snapshot('success')]: '0+0.01x2000',
    'kube_pod_status_ready{namespace="nut",condition="true",pod="nut-primary-a"}': '1x2000',
    'kube_pod_status_ready{namespace="nut",condition="true",pod="nut-notify-a"}': '0x2000',
    'kube_pod_info{namespace="kube-system",node="k3s-1",pod="coredns-a"}': '1x2000',
  };
  const without = (text: string): Series =>
    Object.fromEntries(Object.entries(GOOD).filter(([name]) => !name.includes(text)));
  const CASES: readonly (readonly [string, Series])[] = [
    ['UpsOnBattery', { ...GOOD, ...flag('OB') }],
    ['UpsLowBattery', { ...GOOD, ...flag('LB') }],
    ['UpsReplaceBattery', { ...GOOD, ...flag('RB') }],
    ['UpsOverloaded', { ...GOOD, ...flag('OVER') }],
    ['UpsUnseen', without('network_ups')],
    ['UpsRuntimeShort', { ...GOOD, ...ups({ 'network_ups_tools_battery_runtime{ups="ups1"}': '60x2000' }) }],
    [
      'PowerOffNotReady',
      { ...GOOD, 'kube_pod_status_ready{namespace="nut",condition="true",pod="nut-primary-a"}': '0x2000' },
    ],
    ['NutPodMissing', without('nut-secondary-k3s-3')],
    ['NutPodMissing', without('nut-secondary')],
    ['KubeStateMetricsMissing', without('kube_node_info')],
    ['NodeNotReady', { ...GOOD, ...node('k3s-2', 0) }],
    ['NodeMissing', without('kube_node_info{node="k3s-3"')],
    ['QuorumAtRisk', { ...GOOD, ...node('k3s-2', 0) }],
    ['K3sVersionDiffers', { ...without('kube_node_info{node="k3s-3"'), ...node('k3s-3', 1, 'v1.30.0+k3s1') }],
    ['VipNotHeld', { ...GOOD, [lease]: '0x2000' }],
    ['CertificateExpires', { ...GOOD, [certificate]: '86400x2000' }],
    ['EtcdSnapshotLate', { ...GOOD, [snapshot('success')]: '5x2000' }],
    ['EtcdSnapshotFailed', { ...GOOD, [snapshot('error')]: '0+0.01x2000' }],
  ];
  const PAIRED: Readonly<Record<string, readonly string[]>> = {
    NodeNotReady: ['QuorumAtRisk'],
    QuorumAtRisk: ['NodeNotReady'],
  };
  const alerts = alertsOf(home);
  const names = [...new Set(alerts.map(({ alert }) => alert))];
  /** Which alerts fire after a day and a half. */
  const fires = (series: Series, firing: readonly string[]) => {
    write('rules.yaml', groupsOf(alerts.map((rule: Alert) => ({ ...rule, annotations: {}, labels: {} }))));
    write('test.yaml', {
      rule_files: ['rules.yaml'],
      // each evaluation takes promtool its time
      evaluation_interval: '30m',
      tests: [
        {
          interval: '1m',
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          promql_expr_test: names.map((alertname) => ({
            expr: `count(ALERTS{alertname="${alertname}",alertstate="firing"}) > bool 0 or vector(0)`,
            eval_time: '1890m',
            exp_samples: [{ labels: '{}', value: firing.includes(alertname) ? 1 : 0 }],
          })),
        },
      ],
    });
    const { status, stdout, stderr } = promtool('test', 'rules', 'test.yaml');
    return { status, said: status === 0 ? '' : stdout + stderr };
  };

  test('fires nothing for a site in good order', () => {
    expect(fires(GOOD, [])).toEqual({ status: 0, said: '' });
  });

  test('has a case for every alert', () => {
    expect(new Set(CASES.map(([name]) => name))).toEqual(new Set(names));
  });

  test.each(CASES)('fires %s and nothing else', (name, series) => {
    expect(fires(series, [name, ...(PAIRED[name] ?? [])])).toEqual({ status: 0, said: '' });
  });
});

type Series = Readonly<Record<string, string>>;
