import {
  agentsOf,
  type Cluster,
  type L2Advertisement,
  type LoadBalancer,
  l2AdvertisementsOf,
  type Node,
  quorumOf,
  quorumState,
  serversOf,
  type Ups,
} from '../cluster';
import { driverAccess } from '../power';
import type { Color } from './svg';

/** Ranges of a pool before the rest is a number. */
const MOST_RANGES = 3;

/** The words of a card. */
export interface Card {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What several machines share in the network. */
export interface Shared extends Card {
  readonly color: Color;
  /** Names of the machines. */
  readonly machines: readonly string[];
}

/** A UPS. */
export interface Supply extends Card {
  /** Names of the machines that it feeds, and how many supplies of each. */
  readonly feeds: ReadonlyMap<string, number>;
  /** Name of the machine that commands it. */
  readonly commander: string;
}

/** Machines of one role. The title of a machine is its name. */
export interface Section {
  readonly title: string;
  readonly machines: readonly Card[];
}

const texts = (values: readonly { readonly text: string }[]): string => values.map(({ text }) => text).join(', ');

/** The site and its node network. */
export const siteCard = ({ name, network, ups }: Cluster): Card => ({
  title: name,
  lines: [
    texts(network.subnet),
    ...(network.gateway ? [`gateway ${texts(network.gateway)}`] : []),
    ...(ups.length === 0 ? ['no UPS: every host loses power while it runs'] : []),
  ],
});

/** The machines: servers, agents, and the hosts outside the cluster that a UPS feeds or that serve one. */
export function machinesOf(cluster: Cluster, off: readonly string[]): Section[] {
  const suppliesText = (count: number, needed: number): string[] => {
    if (count === 0 && cluster.ups.length > 0) return ['no UPS'];
    return count > 1 ? [`needs ${needed} of ${count} supplies`] : [];
  };
  const card = ({ name, address, ups, minSupplies }: Node): Card => ({
    title: name,
    lines: [
      texts(address),
      ...suppliesText(
        ups.reduce((sum, { powerValue }) => sum + powerValue, 0),
        minSupplies,
      ),
      ...(off.includes(name) ? ['off'] : []),
    ],
  });
  const outside = new Map(
    cluster.ups.flatMap(({ clients, server }) => [
      ...clients.map(({ name, address }) => [name, { title: name, lines: [address.text] }] as const),
      ...(server && clientAt(cluster, server.address.text) === undefined
        ? [[server.address.text, { title: server.address.text, lines: ['upsd outside the cluster'] }] as const]
        : []),
    ]),
  );
  const servers = serversOf(cluster);
  return [
    { title: `servers, quorum ${quorumOf(servers.length)} of ${servers.length}`, machines: servers.map(card) },
    { title: 'agents', machines: agentsOf(cluster).map(card) },
    { title: 'outside the cluster', machines: [...outside.values()] },
  ].filter(({ machines }) => machines.length > 0);
}

/** The client with this address: a NAS may serve one UPS and be fed by another. */
const clientAt = (cluster: Cluster, address: string): string | undefined =>
  cluster.ups.flatMap(({ clients }) => clients).find((client) => client.address.text === address)?.name;

/** The VIP, pools, BGP routers and further networks. */
export function sharedOf(cluster: Cluster, off: readonly string[]): Shared[] {
  const all = cluster.nodes.map(({ name }) => name);
  const { bgp } = cluster.controlPlane;
  return [
    vip(cluster, off),
    ...(bgp
      ? [
          {
            color: 'bgp' as const,
            title: 'BGP routers of the VIP',
            lines: bgp.peers.map(({ peerAddress, peerAS }) => `${peerAddress.text}, AS ${peerAS}`),
            machines: serversOf(cluster).map(({ name }) => name),
          },
        ]
      : []),
    ...(cluster.loadBalancer
      ? pools(l2AdvertisementsOf(cluster, cluster.loadBalancer), cluster.loadBalancer, all)
      : []),
    ...cluster.network.others.map(({ name, subnet, interface: link, nodes }) => ({
      color: 'network' as const,
      title: `network ${name}`,
      lines: [`${texts(subnet)} on ${link}`],
      machines: nodes?.map((node) => node.name) ?? all,
    })),
  ];
}

function vip(cluster: Cluster, off: readonly string[]): Shared {
  const { provider, vip: addresses, bgp, dnsName } = cluster.controlPlane;
  const servers = serversOf(cluster).map(({ name }) => name);
  const protocols = addresses.map(({ family }) => (family === 4 ? 'ARP' : 'NDP')).join(' and ');
  const { up, hasQuorum } = quorumState(cluster, off);
  const by =
    provider === 'external'
      ? 'your load balancer'
      : `${provider}, ${provider === 'keepalived' ? 'VRRP' : bgp ? 'BGP' : protocols}`;
  return {
    color: 'vip',
    title: `VIP ${texts(addresses)}`,
    lines: [
      `Kubernetes API by ${by}`,
      ...(dnsName === undefined ? [] : [dnsName]),
      ...(hasQuorum ? [] : [`no quorum: ${up} of ${servers.length} servers up`]),
    ],
    machines: servers,
  };
}

/** The pools that the same machines announce in the same way, and the routers that the same machines reach. */
function pools(
  byL2: readonly L2Advertisement[],
  { pools: all, bgp }: LoadBalancer,
  nodes: readonly string[],
): Shared[] {
  const peersOf = (names: readonly string[] | undefined) =>
    bgp?.peers.filter(({ name }) => names?.includes(name) ?? true) ?? [];
  const announcing = all.map(({ name, addresses }) => {
    const l2 = byL2.filter((one) => one.pools.includes(name));
    const routes = bgp?.advertisements.filter((one) => one.pools.includes(name)) ?? [];
    const machines = new Set([
      ...l2.flatMap((one) => one.nodes ?? nodes),
      ...routes.flatMap((one) => {
        const sessions = new Set(peersOf(one.peers).flatMap((peer) => peer.nodes ?? nodes));
        return (one.nodes ?? nodes).filter((node) => sessions.has(node));
      }),
    ]);
    const ways = [
      ...(l2.length > 0 ? ['L2'] : []),
      ...(routes.length > 0 ? [routes.some(({ peers }) => !peers) ? 'BGP' : `BGP to ${named(routes)}`] : []),
    ];
    return {
      color: 'pool' as const,
      title: `LoadBalancer by ${ways.join(' and ')}`,
      lines: [
        ...addresses.slice(0, MOST_RANGES).map(({ text }) => `${name}: ${text}`),
        ...(addresses.length > MOST_RANGES ? [`${name}: ${addresses.length - MOST_RANGES} more ranges`] : []),
      ],
      machines: nodes.filter((node) => machines.has(node)),
    };
  });
  const routers = peersOf(undefined).map((peer) => ({
    color: 'bgp' as const,
    title: 'BGP routers',
    lines: [`${peer.name}: ${peer.peerAddress.text}, AS ${peer.peerASN}`],
    machines: peer.nodes ?? nodes,
  }));
  return [...merged(announcing), ...merged(routers)];
}

const named = (routes: readonly { readonly peers?: readonly string[] | undefined }[]): string =>
  [...new Set(routes.flatMap(({ peers = [] }) => peers))].join(' and ');

/** One for all that have the same title and the same machines. */
function merged(all: readonly Shared[]): Shared[] {
  const groups = new Map<string, Shared>();
  for (const one of all) {
    const key = [one.title, ...one.machines].join();
    groups.set(key, { ...one, lines: [...(groups.get(key)?.lines ?? []), ...one.lines] });
  }
  return [...groups.values()];
}

/** The UPSes with what they feed. */
export const suppliesOf = (cluster: Cluster): Supply[] =>
  cluster.ups.map((ups) => ({
    title: `UPS ${ups.name}`,
    lines: [...(ups.description === '' ? [] : [ups.description]), commandedBy(ups)],
    feeds: new Map([
      ...cluster.nodes.flatMap((node) =>
        node.ups.filter(({ name }) => name === ups.name).map(({ powerValue }) => [node.name, powerValue] as const),
      ),
      ...ups.clients.map(({ name }) => [name, 1] as const),
    ]),
    commander: ups.server ? (clientAt(cluster, ups.server.address.text) ?? ups.server.address.text) : (ups.node ?? ''),
  }));

const CONNECTIONS = { usb: 'USB cable', serial: 'serial cable', network: 'over the network' } as const;

function commandedBy({ driver = '', port, server }: Ups): string {
  if (server) return `upsd at ${server.address.text}`;
  return `${driver}, ${CONNECTIONS[driverAccess({ driver, port })]}`;
}

/** All that the picture shows, in sentences. */
export function described(cluster: Cluster, off: readonly string[]): string {
  const sentence = ({ title, lines }: Card, names: readonly string[], what: string) =>
    `${[title, ...lines].join(', ')}; ${what} ${names.join(', ')}.`;
  return [
    ...machinesOf(cluster, off).map(
      ({ title, machines }) => `${title}: ${machines.map((one) => one.title).join(', ')}.`,
    ),
    ...sharedOf(cluster, off).map((one) => sentence(one, one.machines, 'machines:')),
    ...suppliesOf(cluster).map((one) => sentence(one, [...one.feeds.keys()], `commanded by ${one.commander}; feeds`)),
  ].join(' ');
}
