import { FORMAT_RULES, PROVIDER_RULES, type Rules } from '../cluster';
import { DRIVER_ROWS, driverRemarks, offDelayText, onDelayText } from '../power';
import { ACROSS_RULES, FORMER_RULES, SUBJECTS } from '../rules';
import { joined, table } from '../text';
import { clusterJsonSchema } from './check';
import { FORM_RULES } from './form';
import { FILE_RULES } from './inputs';
import { TEXT_RULES } from './source';

/** Every table of rules, by its heading in docs/rules.md. */
const HEADINGS: Readonly<Record<string, readonly Rules[]>> = {
  'The file': [FILE_RULES],
  'Several sites': [ACROSS_RULES],
  'What dist/ had before': [FORMER_RULES],
  'The text': [TEXT_RULES],
  'The form': [FORM_RULES, FORMAT_RULES, PROVIDER_RULES],
  ...Object.fromEntries(
    Object.entries(SUBJECTS).map(([heading, subjects]) => [heading, subjects.map(({ rules }) => rules)]),
  ),
};

/** The name of every rule. */
export const RULE_NAMES: readonly string[] = Object.values(HEADINGS).flat().flatMap(Object.keys);

const GENERATED = '<!-- Written by `npm run docs`. -->';

/** The files that document cluster.yaml, by their paths. */
export const references = (): Readonly<Record<string, string>> => ({
  'cluster.schema.json': schemaText(),
  'docs/fields.md': fieldsText(),
  'docs/rules.md': rulesText(),
  'docs/drivers.md': driversText(),
});

function schemaText(): string {
  const { $schema, ...schema } = clusterJsonSchema();
  const document = {
    $schema,
    title: 'cluster.yaml',
    description:
      'A bare-metal k3s site: network, nodes, control-plane VIP, load balancer and UPSes. `npm run synth` checks more than this schema can.',
    ...schema,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function rulesText(): string {
  const sections = Object.entries(HEADINGS).map(([heading, tables]) => {
    const rows = tables.flatMap((rules) =>
      Object.entries(rules).map(([name, { cause, cure, severity }]) => [
        `\`${name}\``,
        `${severity ? '*Warning.* ' : ''}${cause}.${cure ? ` ${cure}.` : ''}`,
      ]),
    );
    return `## ${heading}\n\n${table(['Rule', 'Cause and cure'], joined(rows))}`;
  });
  return `${[
    '# Rules',
    GENERATED,
    'Every message ends with a cure that has the values of your site. A *warning* does not stop synth. `npm run power -- explain` shows the sums behind the rules on power failure ([power.md](power.md#the-sums)).',
    ...sections,
  ].join('\n\n')}\n`;
}

interface Schema {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

function fieldsText(): string {
  return `${[
    '# Fields of cluster.yaml',
    GENERATED,
    'Addresses are IPv4 (`192.168.10.43`) or IPv6 (`fd00::43`, without a zone). Networks are CIDR without host bits (`192.168.10.0/24`). Ranges are `first-last` in full, a CIDR, or one address.',
    'With two IP families, `network.subnet`, `network.pods`, `network.services` and the address of every node list both, in the same order. The first is the main family.',
    table(['Field', 'Value', 'Default'], fieldsOf(clusterJsonSchema() as Schema, '')),
  ].join('\n\n')}\n`;
}

/** A row for every field and every group that may be omitted. */
const fieldsOf = ({ properties = {}, required = [] }: Schema, path: string): (readonly string[])[] =>
  Object.entries(properties).flatMap(([key, field]) => {
    const at = path ? `${path}.${key}` : key;
    const [value = '', stated] = linked(field.description ?? '').split(' Default: ');
    const row = [`\`${at}\``, `${value}${boundsOf(field)}`, defaultOf(field, stated, required.includes(key))];
    const isGroup = field.properties ?? field.items?.properties;
    return [
      ...(isGroup && required.includes(key) ? [] : [row]),
      ...fieldsOf(field.anyOf?.find(({ properties }) => properties) ?? field, at),
      ...(field.items ? fieldsOf(field.items, `${at}[]`) : []),
    ];
  });

/** A description as a cell of a table, with links to the pages of docs/. */
const linked = (text: string): string => text.replaceAll('|', '\\|').replace(/docs\/([\w-]+\.md)/g, '[docs/$1]($1)');

function boundsOf(field: Schema): string {
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = field;
  if (maximum < Number.MAX_SAFE_INTEGER) return ` ${minimum} to ${maximum}.`;
  if (minimum > 1) return ` At least ${minimum}.`;
  return field.anyOf?.some(({ type }) => type === 'array') ? ' One or a list.' : '';
}

function defaultOf({ default: value, properties }: Schema, stated: string | undefined, isRequired: boolean): string {
  if (isRequired) return 'required';
  if (stated !== undefined) return stated.replace(/\.$/, '');
  if (properties && value !== undefined) return '';
  const isSimple = ['string', 'number', 'boolean'].includes(typeof value) && value !== '';
  return isSimple ? `\`${value}\`` : '';
}

const SOURCES: Readonly<Record<string, string>> = {
  drill: 'the drill',
  measured: 'by hand: NUT 2.8.0, 2.8.1, 2.8.5',
  manual: 'manual page',
  unknown: '*assumed*: rule `mib-unknown`, and a rehearsal',
};

function driversText(): string {
  const rows = DRIVER_ROWS.map(({ drivers, mibs, vendor, facts, strands, note, source }) => [
    `${drivers.join(', ')}${mibs ? `, \`mibs\` ${mibs.map((name) => `\`${name}\``).join(', ')}` : ''}${vendor ? `, ${vendor}, unless \`vendorid\` is of another maker` : ''}`,
    facts ? offDelayText(facts) : 'not set',
    facts ? onDelayText(facts) : 'not set',
    [
      ...(strands ? [`**May strand**: ${strands}`] : []),
      ...(facts ? driverRemarks(facts) : []),
      ...(note ? [note] : []),
    ].join('; '),
    SOURCES[source] ?? `\`${source}\` of NUT`,
  ]);
  return `${[
    '# Drivers',
    GENERATED,
    'What this project knows about the delays of NUT drivers. The first row that fits counts. Any other driver: rule `strand`. Source `the drill` or `by hand`: the real driver ran against an emulated device, and what it wrote was read there. A file of NUT: read in the sources of NUT 2.8.0 to 2.8.5, no device was there.',
    table(['Driver', '`offdelay`', '`ondelay`', 'Otherwise', 'Source'], rows),
    'A UPS rounds its delays **down** to whole steps: 119 becomes 60, 59 becomes 0. `lsusb` prints the vendor. `ups[].delayStepSeconds` overrides the step, `ups[].fixedCutDelaySeconds` is for a UPS that ignores `offdelay`.',
    '`usbhid-ups` shows its own `offdelay` as `ups.delay.shutdown`, not that of the UPS. The manual recommends `ondelay: -1` for a UPS that restores its output without mains power. `shutdown.stayoff` writes the same value: test that the output returns at all.',
    'snmp-ups reads the status of a UPS only every `pollfreq`, 30 s by default; the plan counts with that.',
  ].join('\n\n')}\n`;
}
