import { parseAllDocuments, stringify } from 'yaml';
import type { SiteFiles } from '../../../lib/synth/app';

/**
 * Takes one thing out of what synth wrote, or changes it, for a control that has to fail. Throws an Error when what it is to
 * change is not there any more, so that no control passes because of a sabotage that did nothing.
 */
export type Sabotage = (files: SiteFiles) => SiteFiles;

/** The dead-man lease: without it, nothing powers off a machine whose pods stand still. */
export const withoutLease = script('second.sh', 'write_line lease ', ': no lease ');

/** That any of three containers commands the UPS: now only the agent does. */
export const onlyTheAgentCommands = script(
  'common.sh',
  'told=/killpower/.told.$1.$(boot_id)',
  '[ "$CONTAINER" = agent ] || return 0\n  told=/killpower/.told.$1.$(boot_id)',
);

/** The order of the commit: the UPS first, and the machine only when the UPS has taken its command, as in the notes. */
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

/** The force: without it, a machine whose halt hangs stays on. */
export const withoutForce: Sabotage = (files) => {
  const path = 'killpower/killpowerd';
  const text = replaceOnce(path, files.hosts.get(path), 'elif [ "$now" -ge "$force_at" ]; then', 'elif false; then');
  return { ...files, hosts: new Map([...files.hosts, [path, text]]) };
};

/** The delay that the driver of a UPS was given, which is another one than synth reckoned with. */
export const otherOffDelay = (node: string, seconds: number, other: number): Sabotage =>
  inConfigMap('nut-config', `${node}.ups.conf`, `offdelay = "${seconds}"`, `offdelay = "${other}"`);

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
    `"${from}" stands ${Math.max(0, parts.length - 1)} times in ${where}; teach test/drill/power/sabotage.ts what does its work now`,
  );
}
