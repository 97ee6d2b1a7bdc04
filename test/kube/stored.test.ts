import { asStored } from '../../lib/kube/stored';

const daemonSet = (spec: Readonly<Record<string, unknown>>) =>
  asStored({ apiVersion: 'apps/v1', kind: 'DaemonSet', spec } as Parameters<typeof asStored>[0])['spec'];

test.each([
  ['a zero of a field with omitempty', { minReadySeconds: 0 }, {}],
  ['a zero that is stored', { runAsUser: 0 }, { runAsUser: 0 }],
  ['an empty list', { externalIPs: [] }, {}],
  ['an empty text', { subjects: [{ apiGroup: '', kind: 'User' }] }, { subjects: [{ kind: 'User' }] }],
  ['an empty text in a list', { apiGroups: [''] }, { apiGroups: [''] }],
  ['an empty object, which selects everything', { podSelector: {} }, { podSelector: {} }],
  ['false', { hostPID: false }, { hostPID: false }],
])('of a built-in object, what an API server does with %s', (_, spec, stored) => {
  expect(daemonSet(spec)).toEqual(stored);
});

test.each([
  ['a ConfigMap', { apiVersion: 'v1', kind: 'ConfigMap', data: { empty: '' } }],
  ['a custom resource', { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', spec: { addresses: [] } }],
  ['a definition', { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', spec: { default: '' } }],
])('%s keeps empty values', (_, object) => expect(asStored(object)).toEqual(object));
