import { privilegeArguments } from './container-runner';
import { checkPod, Manifests, type PodSpec } from './manifests';
import { nodeMatches } from './node-affinity';
import { table } from './report';
import type { Measurement } from './scenario';

describe('node affinity', () => {
  const labels = { 'ups-device': 'ups1' };
  const matches = (operator: string, key: string, values?: readonly string[]) =>
    nodeMatches([{ matchExpressions: [{ key, operator, values }] }], labels);

  test('supports Exists, DoesNotExist, In and NotIn', () => {
    expect(matches('Exists', 'ups-device')).toBe(true);
    expect(matches('DoesNotExist', 'ups-device')).toBe(false);
    expect(matches('In', 'ups-device', ['ups1', 'ups2'])).toBe(true);
    expect(matches('NotIn', 'ups-device', ['ups1'])).toBe(false);
    expect(matches('NotIn', 'other', ['ups1'])).toBe(true);
  });

  test('matches one of several terms, no node for a term without expressions, and any node without terms', () => {
    const wrong = { matchExpressions: [{ key: 'other', operator: 'Exists' }] };
    const right = { matchExpressions: [{ key: 'ups-device', operator: 'Exists' }] };
    expect(nodeMatches([wrong, right], labels)).toBe(true);
    expect(nodeMatches([{}], labels)).toBe(false);
    expect(nodeMatches(undefined, labels)).toBe(true);
  });

  test('refuses another operator', () => {
    expect(() => matches('Gt', 'ups-device', ['1'])).toThrow('"Gt" is not emulated');
  });
});

describe('manifests', () => {
  const namespace = 'nut';
  const secret = (value: string) =>
    `kind: Secret\nmetadata: {name: users, namespace: nut}\ndata: {a: YQ==}\nstringData: {b: ${value}}\n`;

  test('decode Secrets, and the later object of a name applies', () => {
    const manifests = Manifests.parse(secret('old'), secret('new'));
    expect(manifests.secret('users', namespace)).toEqual({ a: 'a', b: 'new' });
  });

  test('report the object that a pod would wait for', () => {
    expect(() => Manifests.parse(secret('x')).configMap('users', namespace)).toThrow('no ConfigMap "users"');
    expect(() => Manifests.parse(secret('x')).secret('users', undefined)).toThrow('no Secret "users"');
  });
});

describe('a pod that the drill cannot run', () => {
  const container = { name: 'c', image: 'i' };

  test.each([
    ['a network of its own', { containers: [container] }],
    ['"initContainers"', { hostNetwork: true, containers: [container], initContainers: [] }],
    [
      '"httpGet"',
      { hostNetwork: true, containers: [{ ...container, readinessProbe: { httpGet: { path: '/', port: 80 } } }] },
    ],
    ['"livenessProbe"', { hostNetwork: true, containers: [{ ...container, livenessProbe: {} }] }],
    ['"nfs"', { hostNetwork: true, containers: [container], volumes: [{ name: 'v', nfs: {} }] }],
    ['not run as root', { hostNetwork: true, containers: [{ ...container, securityContext: { runAsUser: 1000 } }] }],
  ])('is refused for %s', (reason, spec) => {
    expect(() => checkPod('p', spec as PodSpec)).toThrow(reason);
  });
});

describe('privileges', () => {
  test('are complete for a privileged container', () => {
    expect(privilegeArguments({ privileged: true })).toEqual([]);
  });

  test('are only those added after drop ALL', () => {
    const context = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } };
    expect(privilegeArguments(context)).toEqual([
      'setpriv',
      '--bounding-set=-all,+net_admin',
      '--inh-caps=-all',
      '--ambient-caps=-all',
      '--no-new-privs',
    ]);
  });

  test('are those of a container runtime by default', () => {
    expect(privilegeArguments()[1]).toMatch(/^--bounding-set=-all,\+chown,.*\+audit_write$/);
  });
});

test('a table has sorted columns, and single values last', () => {
  const rows: Measurement[] = [
    { what: 'sum', values: { '': '3 s' } },
    { what: 'flag', values: { b: '2 s', a: '1 s' } },
  ];
  expect(table(rows)).toEqual([
    'measured    a    b',
    '--------  ---  ---  ---',
    'sum                 3 s',
    'flag      1 s  2 s',
  ]);
});
