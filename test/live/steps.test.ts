import type { ClusterInput } from '../../lib/cluster/schema';
import { manifestOf } from '../../lib/live/dist';
import { objectsIn } from '../../lib/live/site-objects';
import { stepsOf, stepsText, type Transition } from '../../lib/live/steps';
import { buildSite } from '../../lib/synth/app';
import { objectsOf } from '../support/objects';
import { homeInput, site } from '../support/sites';

type Objects = readonly object[];
const objects = (changes: Partial<ClusterInput> = {}): Objects =>
  objectsOf(new Map([...buildSite(site(changes)).dist].filter(([file]) => file !== '00-crds.k8s.yaml'))).map(
    ({ object }) => object,
  );
const live = (list: Objects) => objectsIn(JSON.stringify({ kind: 'List', items: list }));
const node = (name: string, ups?: string, isServer = true) => ({
  kind: 'Node',
  metadata: {
    name,
    labels: { ...(isServer && { 'node-role.kubernetes.io/control-plane': 'true' }), ...(ups && { 'ups-device': ups }) },
  },
});
/** A live node with taints. */
const labelled = (labels: Readonly<Record<string, string>>, taints: readonly string[]) => ({
  kind: 'Node',
  metadata: {
    name: 'k3s-1',
    labels: { 'node-role.kubernetes.io/control-plane': 'true', 'ups-device': 'ups1', ...labels },
  },
  spec: {
    taints: taints.map((text) => {
      const [, key, value, effect] = /^([^=:]+)(?:=(.*))?:(.*)$/.exec(text) ?? [];
      return { key, ...(value && { value }), effect };
    }),
  },
});
const DECLARED = { name: 'k3s-1', labels: { zone: 'b' }, taints: ['a=b:NoSchedule'] };
const NODES = [node('k3s-1', 'ups1'), node('k3s-2'), node('k3s-3')];
const service = (ip: string) => ({
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', annotations: { 'metallb.io/ip-allocated-from-pool': 'lan' } },
  status: { loadBalancer: { ingress: [{ ip }] } },
});

interface Case {
  readonly before?: Objects;
  readonly after: Objects;
  readonly nodes?: Objects;
  readonly services?: Objects;
  /** Objects without a label of the site. */
  readonly others?: Objects;
  readonly hasLeftovers?: boolean;
  readonly declared?: Transition['declared'];
}

const lines = ({
  before = objects(),
  after,
  nodes = NODES,
  services = [],
  others = [],
  hasLeftovers = false,
  declared = [],
}: Case) =>
  stepsText(
    stepsOf({
      site: 'home',
      hasLeftovers,
      declared,
      before: live(before),
      after: after.map((one) => manifestOf(one, 'dist')),
      around: live([...before, ...nodes, ...services, ...others]),
    }),
  );

const keepalived = objects({ controlPlane: { vip: '192.168.10.5', provider: 'keepalived', interface: 'eth0' } });
const moved = objects({ controlPlane: { vip: '192.168.10.6' } });
const cableMoved = objects({ ups: (homeInput.ups ?? []).map((one) => ({ ...one, node: 'k3s-2' })) });
const pool = (addresses: string) => objects({ loadBalancer: { pools: [{ name: 'lan', addresses: [addresses] }] } });
const otherPool = objects({ loadBalancer: { pools: [{ name: 'new', addresses: ['192.168.10.60-192.168.10.69'] }] } });
const OLD_POOL = {
  kind: 'IPAddressPool',
  metadata: { name: 'ancient', namespace: 'metallb-system' },
  spec: { addresses: ['192.168.10.90/32'] },
};
const APPLY = '     npm run apply -- --context home-k3s-1';

describe('plan has no steps for', () => {
  test.each<[string, Case]>([
    ['a cluster without the site', { before: [], after: objects() }],
    ['a site that is as dist/ has it', { after: objects() }],
    ['a pool that grows', { after: pool('192.168.10.235-192.168.10.254'), services: [service('192.168.10.240')] }],
    [
      'labels and taints that nodes have, beside those of others',
      {
        after: objects(),
        nodes: [labelled({ zone: 'b', more: 'x' }, ['a=b:NoSchedule', 'c:NoExecute'])],
        declared: [DECLARED],
      },
    ],
    ['a declared node that is not in the cluster', { after: objects(), declared: [{ ...DECLARED, name: 'k3s-9' }] }],
    [
      'a kube-vip of which only the DaemonSet was deleted',
      { before: objects().filter((one) => !('kind' in one && one.kind === 'DaemonSet')), after: objects() },
    ],
  ])('%s', (_, one) => {
    expect(lines(one)).toEqual([]);
  });
});

describe('plan has the steps', () => {
  test.each<[string, Case, string[]]>([
    [
      'from kube-vip to keepalived: kube-vip goes before keepalived starts',
      { after: keepalived, hasLeftovers: true },
      [`${APPLY} --prune`, '     systemctl enable --now keepalived'],
    ],
    [
      'from keepalived to kube-vip: keepalived stops before kube-vip comes',
      { before: keepalived, after: objects() },
      ['     systemctl disable --now keepalived', APPLY],
    ],
    [
      'of another VIP: the certificates, the apply, the agents, the kubeconfig',
      { after: moved, nodes: [...NODES, node('k3s-4', undefined, false)] },
      [
        '     systemctl restart k3s',
        APPLY,
        '     systemctl restart k3s-agent',
        '     npm run kubeconfig -- --from k3s.yaml --merge ~/.kube/config',
      ],
    ],
    [
      'of a cable that moves: one label goes before the other comes',
      { after: cableMoved },
      [
        '     kubectl --context home-k3s-1 label node k3s-1 ups-device-',
        '     kubectl --context home-k3s-1 label node k3s-2 ups-device=ups1',
        APPLY,
      ],
    ],
    [
      'of a pool that goes and whose address a Service has',
      { after: otherPool, services: [service('192.168.10.240')], hasLeftovers: true },
      ['     kubectl --context home-k3s-1 -n default delete service web', `${APPLY} --prune`],
    ],
    [
      'of a pool that shrinks below the address of a Service',
      { after: pool('192.168.10.241-192.168.10.250'), services: [service('192.168.10.240')] },
      [APPLY],
    ],
    [
      'of labels and taints that a registered node lacks',
      { after: objects(), nodes: [labelled({ zone: 'a' }, ['a=c:NoSchedule'])], declared: [DECLARED] },
      [
        '     kubectl --context home-k3s-1 label --overwrite node k3s-1 zone=b',
        '     kubectl --context home-k3s-1 taint --overwrite node k3s-1 a=b:NoSchedule',
      ],
    ],
    [
      'of a pool without a label of the site',
      { after: objects(), others: [OLD_POOL] },
      ['     kubectl --context home-k3s-1 -n metallb-system delete ipaddresspool ancient'],
    ],
  ])('%s', (_, one, commands) => {
    expect(lines(one).filter((line) => line.startsWith('     '))).toEqual(commands);
  });

  test('with what they are about', () => {
    expect(lines({ after: pool('192.168.10.241-192.168.10.250'), services: [service('192.168.10.240')] })).toEqual([
      'steps:',
      '1. these Services lose their address and get another one at the apply: default/web (192.168.10.240)',
      '2. apply, connected to a server and not to the VIP',
      APPLY,
    ]);
  });
});
