import { type Cluster, error, type Node, type Path, type Problem, pathText, type Ups, warning } from '../cluster';
import { unknownName } from './unknown-name';

/** Every UPS is at a node it feeds or at a machine outside, and every node is fed by UPSes that exist, and by enough of them. */
export function power(cluster: Cluster): Problem[] {
  return [
    ...cluster.nodes.flatMap((node, n) => feedsOf(cluster, node, n)),
    ...cluster.ups.flatMap((ups, u) => [
      ...placeOf(cluster, ups, ['ups', u]),
      ...inClear(cluster, ups, ['ups', u, 'server', 'tls']),
      ...(cluster.nodes.some((node) => isFedBy(node, ups)) ? [] : [feedsNobody(ups, ['ups', u, 'name'])]),
    ]),
  ];
}

const isFedBy = (node: Node, { name }: Ups): boolean => node.ups.some((feed) => feed.name === name);

function feedsOf(cluster: Cluster, { name, ups, minSupplies }: Node, index: number): Problem[] {
  const upsNames = cluster.ups.map((candidate) => candidate.name);
  const path = ['nodes', index, 'ups'];
  const supplies = ups.reduce((sum, { powerValue }) => sum + powerValue, 0);
  const tooFew =
    minSupplies > Math.max(supplies, 1)
      ? [
          error(
            'supplies-too-few',
            ['nodes', index, 'minSupplies'],
            `${name} needs ${minSupplies} power supplies and its UPSes feed ${supplies}, so it would shut down at once`,
            `set minSupplies to ${Math.max(supplies, 1)} or less, or name the UPS of every supply under ups`,
          ),
        ]
      : [];
  const feeds = ups.flatMap((feed, f) => {
    const first = ups.findIndex((other) => other.name === feed.name);
    if (first === f) return unknownName('ups', feed.name, upsNames, [...path, f]);
    return [
      error(
        'feed-twice',
        [...path, f],
        `${name} already has "${feed.name}" as feed ${first + 1}`,
        `for several supplies on one UPS give one feed with powerValue: ${(ups[first]?.powerValue ?? 0) + feed.powerValue}`,
      ),
    ];
  });
  return [...feeds, ...tooFew];
}

/** Keys that are about a driver or a battery of ours. */
const DRIVER_KEYS = [
  'driver',
  'delayStepSeconds',
  'runtimeAtLowBatterySeconds',
  'runtimeAtEarlyShutdownSeconds',
] as const;

function placeOf(cluster: Cluster, ups: Ups, path: Path): Problem[] {
  if (ups.node !== undefined && ups.server !== undefined) {
    return [
      error(
        'ups-node-or-server',
        [...path, 'server'],
        `"${ups.name}" has both a node and a server`,
        'keep node when a machine of this cluster talks to the UPS, server when a machine outside does',
      ),
    ];
  }
  if (ups.server !== undefined) {
    const keys = [
      ...DRIVER_KEYS.filter((key) => ups[key] !== undefined),
      ...(Object.keys(ups.options).length > 0 ? ['options'] : []),
    ];
    return keys.map((key) =>
      error(
        'not-with-server',
        [...path, key],
        `"${ups.name}" is served by ${ups.server?.address.text}, where its ${key} has to be set`,
        `take ${key} out; server.cutDelaySeconds says what this cluster has to know`,
      ),
    );
  }
  if (ups.node === undefined) {
    return [
      error(
        'ups-node-or-server',
        path,
        `"${ups.name}" has neither a node nor a server`,
        'set node to the machine its cable goes to, or server to the machine outside the cluster that serves it',
      ),
    ];
  }
  return [...(ups.driver === undefined ? [driverMissing(ups, path)] : []), ...cableOf(cluster, ups, ups.node, path)];
}

/** FORCESSL and CERTVERIFY of upsmon are for every upsd it talks to. */
function inClear({ power }: Cluster, { name, server }: Ups, path: Path): Problem[] {
  if (power.tlsSecret === undefined || server === undefined || server.tls) return [];
  return [
    error(
      'server-without-tls',
      path,
      `with power.tlsSecret upsmon insists on TLS from every upsd, and nothing says that the one of "${name}" at ${server.address.text} speaks it: the machines on "${name}" would never hear of its shutdown`,
      `set ${pathText(path)} to true when that upsd has a certificate of the same authority, or take power.tlsSecret out`,
    ),
  ];
}

const driverMissing = (ups: Ups, path: Path): Problem =>
  error(
    'driver-missing',
    path,
    `"${ups.name}" has no driver, and ${ups.node} has to talk to it`,
    'set driver to the one that https://networkupstools.org/stable-hcl.html names for it',
  );

function cableOf(cluster: Cluster, ups: Ups, nodeName: string, path: Path): Problem[] {
  const at = [...path, 'node'];
  const node = cluster.nodes.find(({ name }) => name === nodeName);
  const nodeNames = cluster.nodes.map(({ name }) => name);
  if (!node) return unknownName('node', nodeName, nodeNames, at, ` for the cable of "${ups.name}"`);
  if (!isFedBy(node, ups)) {
    const feeds = node.ups.map(({ name }) => JSON.stringify(name)).join(' and ');
    return [
      error(
        'ups-node-not-fed',
        at,
        `the cable of "${ups.name}" goes to ${node.name}, which ${feeds === '' ? 'no UPS feeds' : `${feeds} ${node.ups.length > 1 ? 'feed' : 'feeds'}`}`,
        `plug the cable into a node that "${ups.name}" feeds, or add ${ups.name} to ups there`,
      ),
    ];
  }
  const twin = cluster.ups
    .slice(0, cluster.ups.indexOf(ups))
    .find((other) => other.node === nodeName && looksLike(other, ups));
  if (!twin) return [];
  return [
    warning(
      'ups-lookalikes',
      at,
      `nothing tells "${ups.name}" from "${twin.name}" at ${nodeName}: both are ${ups.driver} on ${ups.port}, and each driver takes whichever it finds first`,
      'set options.serial of both, as nut-scanner prints it',
    ),
  ];
}

/** True when two drivers on one machine could take the same UPS. */
const looksLike = (a: Ups, b: Ups): boolean =>
  a.driver === b.driver &&
  a.port === b.port &&
  ['serial', 'vendorid', 'productid', 'product', 'bus', 'busport', 'device'].every(
    (option) =>
      a.options[option] === undefined || b.options[option] === undefined || a.options[option] === b.options[option],
  );

const feedsNobody = ({ name }: Ups, path: Path): Problem =>
  warning(
    'ups-feeds-nobody',
    path,
    `no node says that "${name}" feeds it`,
    `set ups: ${name} at the nodes plugged into it`,
  );
