import { countOutcomes } from '../../lib/live/kubectl';
import { explained, hindranceOf } from '../../lib/live/problems';

/** Messages of kubectl 1.35 with their cures. */
test.each([
  ['Deployment.apps "a" is invalid: spec.selector: field is immutable', /delete this object with kubectl/],
  ['The RoleBinding "a" is invalid: roleRef: cannot change roleRef', /delete this object with kubectl/],
  ['error: Apply failed with 1 conflict: conflict with "helm": .spec.replicas', /run without --server-side/],
  ['Error from server (BadRequest): strict decoding error: unknown field "spec.a"', /has no such field/],
  ['no matches for kind "HelmChartConfig" in version "helm.cattle.io/v1"', /remove disable-helm-controller/],
  ['no matches for kind "IPAddressPool" in version "metallb.io/v1beta1"', /install the definition of the kind first/],
  ['error: You must be logged in to the server (Unauthorized)', /credentials are invalid or expired/],
  [
    'The Deployment "controller" is invalid: spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: field is immutable',
    /then kubectl -n metallb-system rollout restart daemonset speaker/,
  ],
  [
    'The CustomResourceDefinition "ipaddresspools.metallb.io" is invalid: spec.scope: Invalid value: "Cluster": field is immutable',
    /deletes every object of its kind/,
  ],
  [
    'Error from server (Forbidden): error when creating "dist/40-metallb-config.k8s.yaml": admission webhook "ipaddresspoolvalidationwebhook.metallb.io" denied the request: CIDR "192.168.10.240-192.168.10.250" in pool "new" overlaps with already defined CIDR "192.168.10.240-192.168.10.250"',
    /delete or shrink it first: kubectl -n metallb-system delete ipaddresspool NAME/,
  ],
  [
    'Error from server (Forbidden): admission webhook "validate.kyverno.svc" denied the request: no',
    /an admission policy of this cluster refuses it/,
  ],
  ['Error from server (Forbidden): pods is forbidden: User "a" cannot list', /with the credentials of k3s\.yaml/],
  [
    'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
    /the certificate authority of the kubeconfig is not that of this cluster/,
  ],
  [
    'Unable to connect to the server: x509: certificate is valid for 10.43.0.1, not 192.168.10.5',
    /the certificate authority of the kubeconfig is not that of this cluster/,
  ],
])('%j has a cure and is permanent', (stderr, cure) => {
  expect(explained(stderr)).toEqual([expect.stringMatching(new RegExp(`; .*${cure.source}`))]);
  expect(hindranceOf({ stderr, isKilled: false })).toBeUndefined();
});

test.each([
  'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?',
  'Get "https://192.168.10.5:6443/api": dial tcp 192.168.10.5:6443: connect: connection refused',
  'read tcp 10.0.0.1:1->10.0.0.2:6443: read: connection reset by peer',
  'Post "http://127.0.0.1:6443/api/v1/namespaces": EOF',
  'Patch "http://127.0.0.1:6443/api/v1/namespaces/nut": read tcp 10.0.0.1:1->10.0.0.2:6443: use of closed network connection',
  'Get "https://192.168.10.5:6443/version": http2: client connection lost',
  'Unable to connect to the server: dial tcp: lookup api.home.arpa: no such host',
  'Unable to connect to the server: net/http: TLS handshake timeout',
  'dial tcp 192.168.10.5:6443: connect: no route to host',
])('%j means that the API server does not answer', (stderr) => {
  expect(hindranceOf({ stderr, isKilled: false })).toMatchObject({ what: 'the API server', state: 'does not answer' });
});

test.each([
  'Error from server: error when creating "a.yaml": etcdserver: leader changed',
  'Error from server: etcdserver: request timed out, possibly due to previous leader failure',
  'Error from server (ServiceUnavailable): apiserver not ready',
  'failed to download openapi: the server is currently unable to handle the request',
  'Error from server (TooManyRequests): the server has received too many requests',
  'Error from server (Conflict): Operation cannot be fulfilled on serviceaccounts "a": the object has been modified; please apply your changes to the latest version and try again',
])('%j means that the API server is not ready', (stderr) => {
  expect(hindranceOf({ stderr, isKilled: false })).toMatchObject({ what: 'the API server', state: 'is not ready' });
});

test.each([
  'Error from server: etcdserver: mvcc: database space exceeded',
  'Error from server (NotFound): namespaces "nut" not found',
  'error: timed out waiting for the condition',
])('%j is permanent', (stderr) => {
  expect(hindranceOf({ stderr, isKilled: false })).toBeUndefined();
});

test('a namespace that is terminating is temporary', () => {
  const stderr =
    'Error from server (Forbidden): error when creating "dist/50-nut.k8s.yaml": configmaps "nut-conf" is forbidden: unable to create new content in namespace nut because it is being terminated';
  expect(hindranceOf({ stderr, isKilled: false })).toEqual({
    what: 'namespace nut',
    state: 'is terminating',
    cure: 'inspect its finalizers: kubectl describe namespace nut',
  });
});

test('what an earlier attempt created counts as created', () => {
  const earlier = 'namespace/nut created\nservice/a unchanged\n';
  const stdout = 'namespace/nut unchanged\nservice/a unchanged\nservice/b configured\n';
  expect(countOutcomes(stdout, earlier)).toEqual({ created: 1, unchanged: 1, configured: 1 });
});
