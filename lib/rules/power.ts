import { type Cluster, type Node, type Path, pathText, type Ups } from '../cluster';
import { type Report, subject } from './subject';

const RULES = {
  'feed-twice': {
    cause: 'A node lists one UPS twice',
    cure: 'Use one feed, with `powerValue` for the number of supplies',
  },
  'supplies-too-few': { cause: 'The feeds of a node supply less than `minSupplies`' },
  'ups-node-or-server': { cause: 'A UPS has both `node` and `server`, or neither' },
  'not-with-server': {
    cause: 'A UPS with `server` has a driver, options, delays, clients or a battery runtime here',
    cure: 'Set them on that host',
  },
  'server-without-tls': { cause: '`power.tlsSecret` needs `server.tls: true`, with a certificate of the same CA' },
  'driver-missing': { cause: 'A UPS with `node` has no driver' },
  'ups-node-not-fed': { cause: 'The cable goes to a node that the UPS does not feed' },
  'ups-lookalikes': {
    cause: 'Two UPSes at one node have the same driver and port',
    cure: 'Set `options.serial` of both',
    severity: 'warning',
  },
  'ups-feeds-nobody': { cause: 'No node names this UPS', severity: 'warning' },
} as const;

/** Every UPS is at a node that it feeds or at an outside host, and every node has enough feeds. */
export const power = subject(RULES, (cluster, report) => {
  for (const [n, node] of cluster.nodes.entries()) checkFeeds(node, ['nodes', n], report);
  for (const [u, ups] of cluster.ups.entries()) {
    const path = ['ups', u];
    checkPlace(cluster, ups, path, report);
    // FORCESSL and CERTVERIFY of upsmon apply to every upsd
    const { name, server } = ups;
    if (cluster.power.tlsSecret !== undefined && server && !server.tls) {
      const at = [...path, 'server', 'tls'];
      report(
        'server-without-tls',
        at,
        `power.tlsSecret makes upsmon require TLS, and the upsd of "${name}" at ${server.address.text} is not known to support it`,
        `set ${pathText(at)}: true if its certificate is of the same CA, or remove power.tlsSecret`,
      );
    }
    if (!cluster.nodes.some((node) => isFedBy(node, ups))) {
      const message = `no node is fed by "${name}"`;
      report('ups-feeds-nobody', [...path, 'name'], message, `set ups: ${name} on the nodes plugged into it`);
    }
  }
});

const isFedBy = (node: Node, { name }: Ups): boolean => node.ups.some((feed) => feed.name === name);

function checkFeeds({ name, ups, minSupplies }: Node, path: Path, report: Report<typeof RULES>): void {
  for (const [f, feed] of ups.entries()) {
    const first = ups.findIndex((other) => other.name === feed.name);
    if (first === f) continue;
    report(
      'feed-twice',
      [...path, 'ups', f],
      `${name} already has "${feed.name}" as feed ${first + 1}`,
      `use one feed with powerValue: ${(ups[first]?.powerValue ?? 0) + feed.powerValue}`,
    );
  }
  const supplies = ups.reduce((sum, { powerValue }) => sum + powerValue, 0);
  const most = Math.max(supplies, 1);
  if (minSupplies <= most) return;
  report(
    'supplies-too-few',
    [...path, 'minSupplies'],
    `${name} needs ${minSupplies} power supplies and its UPSes feed ${supplies}, so NUT shuts it down at once`,
    `set minSupplies to ${most} or less, or list the UPS of every supply under ups`,
  );
}

/** Keys about a driver or a battery of this cluster. */
const DRIVER_KEYS = [
  'driver',
  'delayStepSeconds',
  'fixedCutDelaySeconds',
  'runtimeAtLowBatterySeconds',
  'runtimeAtEarlyShutdownSeconds',
] as const;

function checkPlace(cluster: Cluster, ups: Ups, path: Path, report: Report<typeof RULES>): void {
  const { name, node, server } = ups;
  if (node !== undefined && server !== undefined) {
    report(
      'ups-node-or-server',
      [...path, 'server'],
      `"${name}" has both node and server`,
      'keep node if a node of this cluster has its cable, or server if an outside host serves it',
    );
  } else if (server !== undefined) {
    const groups = [
      ...(Object.keys(ups.options).length > 0 ? ['options'] : []),
      ...(ups.clients.length > 0 ? ['clients'] : []),
    ];
    for (const key of [...DRIVER_KEYS.filter((one) => ups[one] !== undefined), ...groups]) {
      report(
        'not-with-server',
        [...path, key],
        `"${name}" is served by ${server.address.text}, where its ${key} must be set`,
        `remove ${key}; here server.cutDelaySeconds is enough`,
      );
    }
  } else if (node === undefined) {
    report(
      'ups-node-or-server',
      path,
      `"${name}" has neither node nor server`,
      'set node to the node with its cable, or server to the outside host that serves it',
    );
  } else {
    if (ups.driver === undefined) {
      report(
        'driver-missing',
        path,
        `"${name}" has no driver`,
        'set driver to the one that https://networkupstools.org/stable-hcl.html lists for it',
      );
    }
    checkCable(cluster, ups, node, [...path, 'node'], report);
  }
}

function checkCable(cluster: Cluster, ups: Ups, nodeName: string, path: Path, report: Report<typeof RULES>): void {
  const node = cluster.nodes.find(({ name }) => name === nodeName);
  if (!node) return;
  if (!isFedBy(node, ups)) {
    report(
      'ups-node-not-fed',
      path,
      `the cable of "${ups.name}" goes to ${nodeName}, which "${ups.name}" does not feed`,
      `move the cable to a node that it feeds, or add ${ups.name} to ups of ${nodeName}`,
    );
    return;
  }
  const twin = cluster.ups
    .slice(0, cluster.ups.indexOf(ups))
    .find((other) => other.node === nodeName && looksLike(other, ups));
  if (!twin) return;
  report(
    'ups-lookalikes',
    path,
    `"${ups.name}" and "${twin.name}" at ${nodeName} are indistinguishable: both are ${ups.driver} on ${ups.port}`,
    'set options.serial of both, as nut-scanner prints it',
  );
}

/** Whether two drivers on one node could take the same UPS. */
const looksLike = (a: Ups, b: Ups): boolean =>
  a.driver === b.driver &&
  a.port === b.port &&
  ['serial', 'vendorid', 'productid', 'product', 'bus', 'busport', 'device'].every(
    (option) =>
      a.options[option] === undefined || b.options[option] === undefined || a.options[option] === b.options[option],
  );
