import type { Node } from '../cluster';
import { contains, parseAddress, parseAddressRange } from '../network';
import { METALLB } from '../releases';
import { listAt, textAt } from './at';
import type { Manifest } from './dist';
import { addressesOf, type LiveObject } from './site-objects';
import { type JsonObject, objectKey } from './verify/canonical';

/** One step of a change that an apply alone does not make. */
export interface Step {
  /** What to do, and why in this order. */
  readonly what: string;
  /** Where the commands run. @default - on the computer with kubectl */
  readonly on?: 'every server' | 'every agent';
  readonly commands: readonly string[];
}

/** What is in the cluster and what dist/ has. */
export interface Transition {
  readonly site: string;
  /** The objects with the label of the site; none for a first apply. */
  readonly before: readonly LiveObject[];
  readonly after: readonly Manifest[];
  /** The nodes, Services, DaemonSets and pools of the cluster, whoever made them. */
  readonly around: readonly LiveObject[];
  /** Whether an object of the site is no longer in dist/. */
  readonly hasLeftovers: boolean;
  /** The nodes of the site file. */
  readonly declared: readonly Pick<Node, 'name' | 'labels' | 'taints'>[];
}

/** The steps of a change in their order, with the apply among them; none if an apply is all. Pure. */
export function stepsOf(transition: Transition): Step[] {
  const { site, around, hasLeftovers } = transition;
  const ofKind = (kind: string) => around.filter((one) => one.kind === kind);
  const nodes = ofKind('Node');
  // that of npm run kubeconfig which leads to one server
  const context = `${site}-${nodes.find(isServer)?.metadata.name ?? 'SERVER'}`;
  const scene = { ...transition, ofKind, nodes, context };
  const parts = [virtualIp(scene), upsNodes(scene), pools(scene)];
  const [first, last] = [parts.flatMap((part) => part.first), parts.flatMap((part) => part.last)];
  const apply = {
    what: 'apply, connected to a server and not to the VIP',
    commands: [`npm run apply -- --context ${context}${hasLeftovers ? ' --prune' : ''}`],
  };
  return [
    ...unlabelled(scene),
    ...registration(scene),
    ...(first.length + last.length > 0 ? [...first, apply, ...last] : []),
  ];
}

/** A transition, and what is read of it. */
interface Scene extends Transition {
  readonly ofKind: (kind: string) => readonly LiveObject[];
  readonly nodes: readonly LiveObject[];
  /** The context of a server. */
  readonly context: string;
}

/** Steps before and after the apply. */
interface Part {
  readonly first: readonly Step[];
  readonly last: readonly Step[];
}

const KUBE_VIP = 'kube-vip';
const NOTHING: Part = { first: [], last: [] };

/** Two holders of the VIP answer for it at random; a name that is not in the certificate is refused by every client. */
function virtualIp({ before, after, nodes }: Scene): Part {
  if (before.length === 0) return NOTHING;
  const had = before.filter(({ metadata }) => metadata.name.startsWith(KUBE_VIP)).map(({ object }) => object);
  const has = after.filter(({ name }) => name.startsWith(KUBE_VIP)).map(({ object }) => object);
  if (had.length === 0 && has.length === 0) return NOTHING;
  if (has.length === 0) {
    const what =
      'start keepalived with the files of hosts/server (docs/control-plane.md), or your own load balancer; kube-vip has gone by now, so the VIP has one holder';
    return { first: [], last: [{ what, on: 'every server', commands: ['systemctl enable --now keepalived'] }] };
  }
  if (had.length === 0) {
    const what = 'stop what holds the VIP, or kube-vip holds it too: keepalived, or your own load balancer';
    return { first: [{ what, on: 'every server', commands: ['systemctl disable --now keepalived'] }], last: [] };
  }
  const [old, now] = [addressIn(had), addressIn(has)];
  if (old === undefined || now === undefined || old === now) return NOTHING;
  const update = 'Update in hosts/README.md';
  return {
    first: [
      {
        what: `install the changed files of hosts/, one server at a time (${update}): the certificate must have ${now} before a client uses it`,
        on: 'every server',
        commands: ['systemctl restart k3s'],
      },
    ],
    last: [
      ...(nodes.some((node) => !isServer(node))
        ? [
            {
              what: `install the changed files of hosts/, which name ${now} in place of ${old} (${update})`,
              on: 'every agent',
              commands: ['systemctl restart k3s-agent'],
            } as const,
          ]
        : []),
      {
        what: `replace ${old} in your kubeconfig`,
        commands: ['npm run kubeconfig -- --from k3s.yaml --merge ~/.kube/config'],
      },
    ],
  };
}

/** The addresses of kube-vip, as its environment has them. */
function addressIn(objects: readonly JsonObject[]): string | undefined {
  const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet');
  const env = listAt(daemonSet, 'spec', 'template', 'spec', 'containers').flatMap((one) => listAt(one, 'env'));
  return textAt(
    env.find((variable) => textAt(variable, 'name') === 'address'),
    'value',
  );
}

const UPS_LABEL = 'ups-device';

/** k3s sets labels of its files only when a node registers, and the pods of NUT follow the label. */
function upsNodes({ after, nodes, context }: Scene): Part {
  const data = after.find(
    ({ kind, namespace, name }) => kind === 'ConfigMap' && namespace === 'nut' && name === 'nut-config',
  );
  if (!data) return NOTHING;
  const cableAt = (node: string): string | undefined =>
    /^\[(.+)\]$/m.exec(textAt(data.object, 'data', `${node}.ups.conf`) ?? '')?.[1];
  const wrong = nodes.filter(
    ({ metadata: { name, labels } }) => (labels?.[UPS_LABEL] === undefined) !== (cableAt(name) === undefined),
  );
  if (wrong.length === 0) return NOTHING;
  const commands = wrong
    .map(({ metadata: { name } }) => ({ name, ups: cableAt(name) }))
    .toSorted((a, b) => Number(a.ups !== undefined) - Number(b.ups !== undefined))
    .map(
      ({ name, ups }) =>
        `kubectl --context ${context} label node ${name} ${UPS_LABEL}${ups === undefined ? '-' : `=${ups}`}`,
    );
  const moves = wrong.some(({ metadata: { name } }) => cableAt(name) === undefined);
  return {
    first: [
      {
        what: `${moves ? 'move the cable of the UPS, then its label' : 'set the label of the UPS node'}; until every NUT pod is ready again, a node may not power off on low battery`,
        commands,
      },
    ],
    last: [],
  };
}

/** What a registered node lacks of the labels and taints of the site file. Those that somebody else set are left out. */
function registration({ declared, nodes, context }: Scene): Step[] {
  const commands = declared.flatMap(({ name, labels, taints }) => {
    const live = nodes.find(({ metadata }) => metadata.name === name);
    if (!live) return [];
    const has = listAt(live.object, 'spec', 'taints').map((taint) => {
      const [key, value, effect] = ['key', 'value', 'effect'].map((field) => textAt(taint, field));
      return `${key}${value ? `=${value}` : ''}:${effect}`;
    });
    const missing = {
      label: Object.entries(labels)
        .filter(([key, value]) => live.metadata.labels?.[key] !== value)
        .map(([key, value]) => `${key}=${value}`),
      taint: taints.filter((taint) => !has.includes(taint)),
    };
    return Object.entries(missing)
      .filter(([, list]) => list.length > 0)
      .map(([verb, list]) => `kubectl --context ${context} ${verb} --overwrite node ${name} ${list.join(' ')}`);
  });
  const what = 'set labels and taints of the site file, which k3s sets only when a node registers';
  return commands.length > 0 ? [{ what, commands }] : [];
}

/** MetalLB keeps the pools that it has, and its webhook refuses a new one with their addresses. */
function pools({ after, ofKind, context }: Scene): Part {
  const wanted = new Map(
    after.filter(({ kind }) => kind === 'IPAddressPool').map(({ name, object }) => [name, object]),
  );
  const losers = ofKind('Service').flatMap(({ object, metadata: { name, namespace, annotations } }) => {
    const pool = annotations?.[METALLB.annotations.allocatedFrom];
    if (pool === undefined || !ofKind('IPAddressPool').some(({ metadata }) => metadata.name === pool)) return [];
    const ranges = rangesOf(wanted.get(pool));
    const lost = addressesOf(object).filter((text) => !ranges.some((range) => contains(range, parseAddress(text))));
    if (lost.length === 0) return [];
    const command = `kubectl --context ${context} -n ${namespace} delete service ${name}`;
    return [{ text: `${namespace}/${name} (${lost.join(', ')})`, command, isRefused: !wanted.has(pool) }];
  });
  const refused = losers.filter(({ isRefused }) => isRefused);
  const moved = losers.filter(({ isRefused }) => !isRefused);
  return {
    first: [
      ...step(
        'delete these Services, or let them request other addresses; apply --prune refuses their pool until then',
        refused,
      ),
      ...step(
        'these Services lose their address and get another one at the apply',
        moved.map(({ text }) => ({ text })),
      ),
    ],
    last: [],
  };
}

/** What an older version made, which had no labels, and what has addresses even so. */
function unlabelled({ before, after, ofKind, context }: Scene): Step[] {
  const kubeVips = ofKind('DaemonSet').filter(({ metadata }) => metadata.name.startsWith(KUBE_VIP));
  const known = new Set([...before.map(({ key }) => key), ...after.map(({ object }) => objectKey(object))]);
  const items = [...kubeVips, ...ofKind('IPAddressPool')]
    .filter(({ key }) => !known.has(key))
    .map(({ key, kind, metadata: { name, namespace } }) => ({
      text: key,
      command: `kubectl --context ${context} -n ${namespace} delete ${kind.toLowerCase()} ${name}`,
    }));
  const what =
    'delete these if an older version of this site made them: they have no label of the site, so apply --prune keeps them, and they keep their addresses';
  return step(what, items);
}

/** A step about several things; none without them. */
const step = (what: string, items: readonly { readonly text: string; readonly command?: string }[]): Step[] =>
  items.length === 0
    ? []
    : [
        {
          what: `${what}: ${items.map(({ text }) => text).join(', ')}`,
          commands: items.flatMap(({ command }) => command ?? []),
        },
      ];

const rangesOf = (pool: JsonObject | undefined) =>
  listAt(pool, 'spec', 'addresses').map((text) => parseAddressRange(String(text)));

const isServer = ({ metadata: { labels } }: LiveObject): boolean =>
  labels?.['node-role.kubernetes.io/control-plane'] !== undefined;

/** The steps as text. */
export const stepsText = (steps: readonly Step[]): string[] =>
  steps.length === 0
    ? []
    : [
        'steps:',
        ...steps.flatMap(({ what, on, commands }, i) => [
          `${i + 1}. ${on === undefined ? '' : `on ${on}: `}${what}`,
          ...commands.map((command) => `     ${command}`),
        ]),
      ];
