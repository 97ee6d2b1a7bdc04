import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client, Cluster } from '../../lib/cluster/schema';
import { Host } from './host';
import { SPARE_MS, withPrefixLength } from './lab';
import type { Network } from './network';
import type { Scenario } from './scenario';

/** Arguments: a process in the network namespace of the host, and its upsmon.conf. */
const UPSMON = `#!/bin/sh
exec nsenter --net="/proc/$1/ns/net" unshare --mount --pid --fork --kill-child sh -c '
  mount -t tmpfs tmpfs /etc/nut && mount -t tmpfs tmpfs /run && mkdir /run/nut && chown nut:nut /run/nut || exit 1
  echo MODE=netclient >/etc/nut/nut.conf
  sed "s|/sbin/shutdown -h +0|$KILLPOWERD_POWEROFF|" "$0" >/etc/nut/upsmon.conf
  chown root:nut /etc/nut/* && chmod 0640 /etc/nut/*
  exec /sbin/upsmon -F
' "$2"
`;

interface ClientHostProps {
  readonly client: Client;
  readonly network: Network;
  readonly scenario: Scenario;
  readonly cluster: Cluster;
  /** hosts/RUNBOOK.md, which has its upsmon.conf. */
  readonly runbook: string;
  readonly passwords: Readonly<Record<string, string>>;
}

/** A host outside the cluster: Debian's upsmon with the lines of the runbook; what its SHUTDOWNCMD calls is the halt of the lab. */
export function clientHost({ client, network, scenario, cluster, runbook, passwords }: ClientHostProps): Host {
  const { name, address, haltBudgetSeconds } = client;
  const [, lines] = new RegExp(`### ${name}\\n[^]*?\`\`\`conf\\n([^]*?)\`\`\``).exec(runbook) ?? [];
  const password = passwords[`client-${name}`];
  if (lines === undefined || password === undefined) {
    throw new Error(`the runbook has no upsmon.conf of ${name}, or the Secret no password; use system: nut`);
  }
  const folder = scenario.folder(name);
  const configuration = join(folder, 'upsmon.conf');
  writeFileSync(configuration, lines.replace('PASSWORD', password));
  const host: Host = new Host({
    name,
    addresses: [withPrefixLength(cluster, address)],
    labels: {},
    folder,
    logFolder: scenario.logFolder,
    network,
    timeline: scenario.timeline,
    killpowerPath: '/run/killpower',
    watcher: { script: UPSMON, argumentsFor: () => [String(host.pid), configuration] },
    haltMs: haltBudgetSeconds * 1000 - SPARE_MS,
    bootMs: 6000,
  });
  return host;
}
