import { parseAllDocuments, stringify } from 'yaml';
import type { SiteFiles } from '../../../lib/synth/app';
import { UPS_NODE } from './site';

/**
 * Removes or changes one part of the synthesized files, for a control that has to fail. Throws an Error if that part is missing, so that
 * no control passes by a sabotage that did nothing.
 */
export type Sabotage = (files: SiteFiles) => SiteFiles;

/** The dead-man lease: without it, nothing powers off a node with frozen pods. */
export const withoutLease = script('second.sh', 'write_line lease ', ': no lease ');

/** The battery counts as charged after an outage. */
export const withoutRecharge = script('early-reached.sh', '{ recharges "$1" && ', '{ false && ');

/** No magic packet is sent. */
export const withoutPackets = script('wake.sh', '"$sender" -b -i "$device" "$mac"', ':');

/** A node has no limit at which it is shed. */
export const withoutShedding = (node: string, seconds: number): Sabotage =>
  inConfigMap('nut-config', `${node}.env`, `SHED_ON_BATTERY=${seconds}`, 'SHED_ON_BATTERY=');

/** The primary may send every command. */
export const allCommands = inConfigMap('nut-config', 'upsd.users', 'instcmds = shutdown.return', 'instcmds = ALL');
/** upsmon counts a UPS as lost that reports OFF for its default of 30 s: from NUT 2.8.1 on. */
export const withOffDuration: Sabotage = (files) =>
  ['agent', 'primary'].reduce(
    (changed, role) =>
      inConfigMap('nut-config', `${UPS_NODE}.${role}.upsmon.conf`, 'OFFDURATION -1', 'OFFDURATION 30')(changed),
    files,
  );
/** What BYPASS and WAIT mean. */
export const withoutWords: Sabotage = (files) =>
  script('common.sh', '*) echo unclear ;;', '*) echo unknown ;;')(script('common.sh', " | *' BYPASS '*", '')(files));
/** The wait for a second reading below a limit. */
export const atFirstReading = script(
  'early-reached.sh',
  '[ "$(for_seconds "$beyond")" -ge $((EARLY_POLLS * POLL)) ]',
  ':',
);

/** What restarts a driver or upsd that hangs. */
export const withoutDriverWatch = script('upsd.sh', 'kill -KILL "$pid" || true', ':');
export const withoutUpsdWatch = script('upsd.sh', 'if answers || answers; then continue; fi', 'continue');
/** What makes upsd read a changed Secret. */
export const withoutSecretWatch = script('upsd.sh', '  follow_secret\ndone', 'done');
/** What commits the node with the cable before a lease that nothing renews ends. */
export const withoutLeaseWatch = script('upsmon.sh', '  /scripts/lease.sh &\n', '');
/** The limits of an early shutdown, where the primary does not act on them. */
export const withoutEarlySecond = script(
  'second.sh',
  '! /scripts/early-reached.sh "$ups@127.0.0.1:$UPSD_PORT" $((EARLY_POLLS * POLL)) ||',
  ': ||',
);
/** What begins a shutdown at low battery without upsmon: the commit of the node, and FSD. */
export const withoutSecondOpinion: Sabotage = (files) =>
  script(
    'second.sh',
    '    /scripts/commit.sh second-opinion',
    '    :',
  )(script('second.sh', "'done')\n          declare_shutdown", "'done')\n          : declare_shutdown")(files));
/** The pages that a full directory has in reserve. */
export const withoutReserve = script('common.sh', 'for page in a b; do', 'for page in; do');
/** The rename that gives a reserved page to one process; each takes another time until it has put the page in place. */
export const withSharedPage: Sabotage = (files) =>
  script(
    'common.sh',
    '    ln -f "/killpower/$1" "$new.old"',
    '    sleep 0.0$(($$ % 10)); ln -f "/killpower/$1" "$new.old"',
  )(
    script(
      'common.sh',
      'mv -f "/killpower/.$1.$CONTAINER.$page" "$new" &&',
      'new=/killpower/.$1.$CONTAINER.$page;',
    )(files),
  );

/** Only the agent commands the UPS, in place of any of three containers. */
export const onlyTheAgentCommands = script(
  'common.sh',
  'commanded=/killpower/.commanded.$1.$(boot_id)',
  '[ "$CONTAINER" = agent ] || return 0\n  commanded=/killpower/.commanded.$1.$(boot_id)',
);

/** The order of the commit: the UPS first, and the node only once the UPS has accepted its command, as in the notes. */
export const upsFirst = script(
  'commit.sh',
  `arm "$STAGE" "$1"
[ -r "/config/$NODE_NAME.cables" ] && [ -r /secret/primary ] || exit 0
`,
  `[ -r "/config/$NODE_NAME.cables" ] || { arm "$STAGE" "$1"; exit 0; }
read -r ups _ <"/config/$NODE_NAME.cables"
timeout 8 upscmd -u monprimary -p "$(cat /secret/primary)" "$ups@127.0.0.1:$UPSD_PORT" shutdown.return && arm "$STAGE" "$1"
exit 0
`,
);

/** What clears FSD while power.armed is false. */
export const withoutClearing = script(
  'upsd.sh',
  'if [ "$ARMED" != yes ] && [ -e "$declared" ]',
  'if false && [ -e "$declared" ]',
);

/** The forced power-off: without it, a node that hangs in its halt stays on. */
export const withoutForce: Sabotage = (files) => {
  const path = 'killpower/killpowerd';
  const text = replaceOnce(path, files.hosts.get(path), 'elif [ "$now" -ge "$force_at" ]; then', 'elif false; then');
  return { ...files, hosts: new Map([...files.hosts, [path, text]]) };
};

/** The queue of messages in memory, in place of the disk: it is lost with the power. */
export const queueInMemory: Sabotage = (files) => {
  const path = '50-nut.k8s.yaml';
  const from = '- hostPath:\n            path: /var/lib/rancher/power-notify\n            type: DirectoryOrCreate\n';
  const text = replaceOnce(path, files.dist.get(path), from, '- emptyDir:\n            medium: Memory\n');
  return { ...files, dist: new Map([...files.dist, [path, text]]) };
};

/** Gives the driver of a UPS another delay than that of the plan. */
export const otherDelay = (node: string, delay: 'offdelay' | 'ondelay', seconds: number, other: number): Sabotage =>
  inConfigMap('nut-config', `${node}.ups.conf`, `${delay} = "${seconds}"`, `${delay} = "${other}"`);

function script(name: string, from: string, to: string): Sabotage {
  return inConfigMap('nut-scripts', name, from, to);
}

interface ConfigMap {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

function inConfigMap(name: string, key: string, from: string, to: string): Sabotage {
  return (files) => {
    const path = '50-nut.k8s.yaml';
    const objects = parseAllDocuments(files.dist.get(path) ?? '').map((document) => document.toJS() as ConfigMap);
    const found = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
    const text = replaceOnce(`${name}/${key}`, found?.data?.[key], from, to);
    const changed = objects.map((object) =>
      object === found ? { ...object, data: { ...object.data, [key]: text } } : object,
    );
    return { ...files, dist: new Map([...files.dist, [path, changed.map((o) => stringify(o)).join('---\n')]]) };
  };
}

function replaceOnce(where: string, text: string | undefined, from: string, to: string): string {
  const parts = text?.split(from) ?? [];
  if (parts.length === 2) return parts.join(to);
  throw new Error(
    `"${from}" is ${Math.max(0, parts.length - 1)} times in ${where}, not once; update test/drill/power/sabotage.ts`,
  );
}
