import { App, Chart, Yaml } from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { parseAllDocuments } from 'yaml';
import { checksum } from '../../lib/kube/checksum';
import { hostContainer } from '../../lib/kube/host-container';
import { asStored } from '../../lib/kube/stored';
import { synthesize } from '../../lib/kube/synthesize';
import { defineCluster } from '../../lib/site/load';
import { buildApp } from '../../lib/synth/app';

const cluster = (name: string) =>
  defineCluster({
    name,
    network: { subnet: '192.168.10.0/24' },
    nodes: [1, 2, 3].map((n) => ({ name: `srv${n}`, address: `192.168.10.1${n}`, role: 'server', ups: 'ups1' })),
    controlPlane: { vip: '192.168.10.5' },
    loadBalancer: {
      pools: [{ name: 'lan', addresses: ['192.168.10.240/28'] }].map((pool) => ({ ...pool, avoidBuggyIPs: true })),
    },
    ups: [{ name: 'ups1', driver: 'usbhid-ups', node: 'srv1' }],
  });

describe('synthesize', () => {
  test('gives the objects that cdk8s itself would write, as an API server stores them', () => {
    const files = synthesize(buildApp(cluster('home')));
    const objects = parseAllDocuments(buildApp(cluster('home')).synthYaml()).map((document) => document.toJS());
    expect([...files.values()].join('---\n')).toBe(Yaml.stringify(...objects.map(asStored)));
  });

  test('names a file after each chart, in order', () => {
    expect([...synthesize(buildApp(cluster('home'))).keys()]).toEqual([
      '00-crds.k8s.yaml',
      '10-namespaces.k8s.yaml',
      '20-kube-vip.k8s.yaml',
      '30-metallb.k8s.yaml',
      '40-metallb-config.k8s.yaml',
      '50-nut.k8s.yaml',
      '90-metallb-webhooks.k8s.yaml',
    ]);
  });

  test('throws every failed validation with the path of its construct', () => {
    const app = new App();
    for (const id of ['a', 'b']) new Chart(app, id).node.addValidation({ validate: () => [`${id} is wrong`] });
    expect(() => synthesize(app)).toThrow('[a] a is wrong\n[b] b is wrong');
  });
});

describe('checksum', () => {
  test('does not depend on the order of the names', () => {
    expect(checksum({ a: '1', b: '2' })).toBe(checksum({ b: '2', a: '1' }));
  });

  test('changes with a text', () => expect(checksum({ a: '1' })).not.toBe(checksum({ a: '2' })));

  test('tells a name from a text', () => expect(checksum({ a: 'b' })).not.toBe(checksum({ b: 'a' })));
});

test('a host container that is privileged may escalate, or the API server would refuse it', () => {
  const { securityContext } = hostContainer({
    name: 'a',
    image: 'example/a:1',
    privileged: true,
    cpuMillis: 1,
    memoryMebibytes: 1,
    memoryLimitMebibytes: 1,
  });
  expect(securityContext).toMatchObject({ privileged: true, allowPrivilegeEscalation: true, ensureNonRoot: false });
});

test('a host container is not pulled again while its image is there', () => {
  const container = hostContainer({
    name: 'a',
    image: 'example/a:1',
    cpuMillis: 1,
    memoryMebibytes: 1,
    memoryLimitMebibytes: 1,
  });
  expect(container.imagePullPolicy).toBe(kplus.ImagePullPolicy.IF_NOT_PRESENT);
});
