import { CHARGED_PERCENT, EARLY_POLLS, RECHARGE_SECONDS } from '../power';
import {
  checkUpsName,
  type Monitor,
  primaryMonitor,
  secondaryMonitor,
  upsConf,
  upsdConf,
  upsdUsers,
  upsmonConf,
} from './conf';
import type { CabledUps, FedNode, NutModel, ServedUps } from './model';

/**
 * The files of all pods, a key per node and file, without secrets.
 *
 * - `<node>.env`: settings of the node for the scripts
 * - `<node>.feeds`: the UPSes that feed it, a line `ups@host:port powerValue` each
 * - `<node>.agent.upsmon.conf`: of the secondary on every node
 * - and on a node with a UPS cable `<node>.ups.conf`, `<node>.upsd.conf`, `<node>.primary.upsmon.conf`,
 *   `<node>.wakes` (the nodes that it wakes, see wake.sh), `<node>.cables` (`ups offdelay driver ups.delay.shutdown/ups.delay.start`, and the argument of shutdown.return where it needs one) and `<node>.clients` (`ups address node` of each expected upsmon),
 *   and `<node>.outside`, the same of hosts outside the cluster
 *
 * @throws Error for an invalid or duplicate UPS name, or a node fed by an unknown UPS
 */
export function nutFiles(model: NutModel): Record<string, string> {
  checkNames(model);
  const files: Record<string, string> = {};
  for (const node of new Set(model.cabled.map((ups) => ups.node))) {
    const cables = model.cabled.filter((ups) => ups.node === node);
    files[`${node}.ups.conf`] = upsConf(cables);
    files[`${node}.upsd.conf`] = upsdConf([LOCAL, ...(cables[0]?.addresses ?? [])], model.port, model.tls);
    files[`${node}.cables`] = lines(
      cables.map(({ name, offDelaySeconds: seconds, driver, shownDelays, returnArgument }) => [
        name,
        seconds,
        driver,
        `${shownDelays?.off ?? seconds}/${shownDelays?.on ?? 0}`,
        ...(returnArgument === undefined ? [] : [returnArgument]),
      ]),
    );
    files[`${node}.clients`] = lines(cables.flatMap((ups) => clients(model, ups)));
    const outside = cables.flatMap(({ name: ups, clients = [] }) =>
      clients.map(({ name, address }) => [ups, address, name]),
    );
    if (outside.length > 0) files[`${node}.outside`] = lines(outside);
  }
  for (const node of model.nodes) {
    const cables = model.cabled.filter((ups) => ups.node === node.name);
    files[`${node.name}.env`] = numbers(model, node);
    files[`${node.name}.feeds`] = lines(
      node.feeds.map(({ ups, powerValue }) => [systemOf(model, node, ups), powerValue]),
    );
    files[`${node.name}.agent.upsmon.conf`] = monitored(model, node, []);
    if (wakesOthers(model, node)) files[`${node.name}.wakes`] = lines(wakes(model, node));
    if (cables.length > 0) files[`${node.name}.primary.upsmon.conf`] = monitored(model, node, cables);
  }
  if (model.cabled.length > 0) files['upsd.users'] = upsdUsers(model.cabled.flatMap((ups) => ups.clients ?? []));
  return files;
}

/** The address of upsd on the node with the cable. */
const LOCAL = '127.0.0.1';

export const lines = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.join(' ')}\n`).join('');

function checkNames({ cabled, served, nodes }: NutModel): void {
  const names = [...cabled, ...served].map(({ name }) => name);
  for (const [i, name] of names.entries()) {
    checkUpsName(name);
    if (names.indexOf(name) !== i) throw new Error(`two UPSes are named "${name}"; give each its own name`);
  }
  for (const { name, feeds } of nodes) {
    for (const { ups } of feeds) {
      if (!names.includes(ups)) {
        throw new Error(
          `node ${name} is fed by "${ups}", which is not a UPS of this model; choose from ${names.join(', ')}`,
        );
      }
    }
  }
}

/** `ups@host:port` for this node. */
export function systemOf({ cabled, served, port }: NutModel, node: FedNode, name: string): string {
  const outside = served.find((ups) => ups.name === name);
  if (outside) return `${name}@${outside.host}:${outside.port}`;
  const ups = cabled.find((candidate) => candidate.name === name);
  const host = ups === undefined || ups.node === node.name ? LOCAL : ups.addresses[0];
  // clients need brackets around IPv6 before a port; LISTEN of upsd.conf does not accept them
  return `${name}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function clients(model: NutModel, ups: CabledUps): (readonly [string, string, string])[] {
  return model.nodes
    .filter(({ feeds }) => feeds.some((feed) => feed.ups === ups.name))
    .flatMap(({ name, address }) =>
      // primary and agent
      name === ups.node
        ? [LOCAL, LOCAL].map((local) => [ups.name, local, name] as const)
        : [[ups.name, address, name] as const],
    );
}

/** A node with a cable, or whose UPS is served outside: it knows that mains power is back without another node. */
const wakesOthers = ({ cabled, served }: NutModel, { name, feeds }: FedNode): boolean =>
  [...cabled.filter((ups) => ups.node === name), ...served].some((ups) => feeds.some((feed) => feed.ups === ups.name));

/** The other nodes, and how their upsmons are known at each upsd. */
const wakes = (model: NutModel, node: FedNode): string[][] =>
  model.nodes
    .filter((other) => other !== node)
    .flatMap(({ name, mac = '-', ipv4 = '-', address, feeds }) =>
      feeds.map(({ ups }) => {
        const isLocal = model.cabled.some((cabled) => cabled.name === ups && cabled.node === name);
        return [name, mac, ipv4, systemOf(model, node, ups), isLocal ? LOCAL : address];
      }),
    );

/** upsmon.conf of a node that is primary for these UPSes and secondary for its others. */
function monitored(model: NutModel, node: FedNode, primaryFor: readonly CabledUps[]): string {
  const monitors = node.feeds.map(({ ups, powerValue }): Monitor => {
    const system = systemOf(model, node, ups);
    if (primaryFor.some(({ name }) => name === ups)) return primaryMonitor(system, powerValue);
    const outside = model.served.find(({ name }) => name === ups);
    return outside ? servedMonitor(outside, system, powerValue) : secondaryMonitor(system, powerValue);
  });
  // upsmon that needs no supply never sets FSD and never shuts down: it logs
  return upsmonConf(monitors, model.armed ? node.minSupplies : 0, model.timing, model.tls);
}

const servedMonitor = (ups: ServedUps, system: string, powerValue: number): Monitor => ({
  system,
  powerValue,
  user: ups.user,
  passwordKey: serverPasswordKey(ups.name),
  type: 'secondary',
});

/** Secret key of the password for a UPS that a host outside the cluster serves. */
export const serverPasswordKey = (upsName: string): string => `server-${upsName}`;

/** Shell assignments for the scripts. Values need no quoting. */
function numbers(model: NutModel, node: FedNode): string {
  const { timing, early } = model;
  const supplies = node.feeds.reduce((sum, { powerValue }) => sum + powerValue, 0);
  const values: Record<string, string | number | undefined> = {
    STAGE: node.stageSeconds,
    HALT: node.haltSeconds,
    FEEDS: node.feeds.length,
    SUPPLIES: supplies,
    MIN_SUPPLIES: node.minSupplies,
    LEASE: timing.lease,
    POLL: timing.pollFreqAlert,
    UPSD_PORT: model.port,
    ARMED: model.armed ? 'yes' : 'no',
    ACTUATOR: model.actuator,
    KILLPOWERD_HASH: model.killpowerdHash,
    EARLY_ON_BATTERY: early?.onBatterySeconds,
    EARLY_CHARGE: early?.chargeBelowPercent,
    EARLY_RUNTIME: early?.runtimeBelowSeconds,
    SHED_ON_BATTERY: node.shed?.onBatterySeconds,
    SHED_CHARGE: node.shed?.chargeBelowPercent,
    SHED_RUNTIME: node.shed?.runtimeBelowSeconds,
    EARLY_POLLS,
    RECHARGE_SECONDS,
    CHARGED_PERCENT,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value ?? ''}\n`)
    .join('');
}
