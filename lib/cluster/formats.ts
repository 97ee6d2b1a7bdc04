import { z } from 'zod';
import {
  type Address,
  type AddressRange,
  communityFault,
  parseAddress,
  parseAddressRange,
  parseSubnet,
  type Subnet,
} from '../network';
import {
  ABSOLUTE_PATH,
  DNS_LABEL,
  DNS_SUBDOMAIN,
  DRIVER,
  DRIVER_OPTION,
  HOST_NAME,
  IMAGE,
  INTERFACE,
  NODE_NAME,
  NUT_USER,
  PRINTABLE_ASCII,
  quoted,
  SHA256,
  TIME,
  UPS_NAME,
  VERSION,
  VISIBLE_ASCII,
} from '../text';
import type { RuleName } from './rule-names';

/** A text of this form. The pattern is also in the JSON Schema, so that editors mark what does not fit. */
function matching(pattern: RegExp, rule: RuleName, advice: string) {
  return z
    .string()
    .check((context) => {
      if (pattern.test(context.value)) return;
      const message = `${quoted(context.value)} is not allowed here; ${advice}`;
      context.issues.push({ code: 'custom', message, input: context.value, params: { rule } });
    })
    .meta({ pattern: pattern.source });
}

/**
 * A text that a parser turns into a value; what the parser throws becomes the problem, reported under `rule`.
 *
 * @param pattern the characters it may hold, for editors only: the parser is the judge
 */
function parsed<T>(rule: RuleName, pattern: string, parse: (text: string) => T) {
  return z
    .string()
    .meta({ pattern })
    .transform((text, context): T => {
      try {
        return parse(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message, params: { rule } });
        return z.NEVER;
      }
    });
}

/** One value or a list of them; always a list in the model. */
export const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item).min(1)]).transform((value): z.output<T>[] => (Array.isArray(value) ? value : [value]));

export const address = parsed<Address>('bad-address', '^[0-9A-Fa-f.:]+$', parseAddress);
export const range = parsed<AddressRange>('bad-range', '^[0-9A-Fa-f.:/ -]+$', parseAddressRange);
export const subnet = parsed<Subnet>('bad-subnet', '^[0-9A-Fa-f.:]+/[0-9]+$', parseSubnet);

export const community = parsed<string>('bad-community', '^[0-9]+:[0-9]+$', (text) => {
  const fault = communityFault(text);
  if (fault) throw new Error(`${fault.message}; ${fault.cure}`);
  return text;
});

export const dnsLabel = matching(DNS_LABEL, 'bad-name', 'use up to 63 lower-case letters, digits and inner dashes');
export const hostName = matching(HOST_NAME, 'bad-name', 'use a lower-case DNS name such as api.home.arpa');
export const objectName = matching(DNS_SUBDOMAIN, 'bad-name', 'use lower-case letters, digits and inner - and .');
export const nodeName = matching(
  NODE_NAME,
  'bad-name',
  "use the machine's host name in lower case, at most 63 characters, which is the name of its Kubernetes node",
);
export const interfaceName = matching(
  INTERFACE,
  'bad-interface',
  'use the name that `ip link` prints, at most 15 letters, digits and _ . -',
);
export const upsName = matching(
  UPS_NAME,
  'bad-ups-name',
  'use up to 63 letters, digits and inner _ . -, which NUT and Kubernetes labels both take',
);
export const nutUser = matching(NUT_USER, 'bad-name', 'use letters, digits and _ -');
export const driverName = matching(DRIVER, 'bad-driver', 'use the name of a NUT driver, such as usbhid-ups');
export const driverOption = matching(
  DRIVER_OPTION,
  'bad-driver-option',
  'use an option of the driver, such as vendorid (driver, port and desc have fields of their own)',
);
export const ascii = matching(PRINTABLE_ASCII, 'bad-text', 'use printable ASCII on one line, which is what NUT reads');
export const devicePort = matching(
  VISIBLE_ASCII,
  'bad-text',
  'use auto, a device path or an address, in printable ASCII without blanks',
);
export const absolutePath = matching(
  ABSOLUTE_PATH,
  'bad-path',
  'use an absolute path of letters, digits and . _ @ -, without . and .. as parts',
);
export const k3sVersion = matching(VERSION, 'bad-version', 'use a k3s release such as v1.36.4+k3s1');
export const image = matching(
  IMAGE,
  'bad-image',
  'use registry/name:tag or registry/name@sha256:..., never :latest, so that a restart without network runs the same image',
);
export const sha256 = matching(SHA256, 'bad-hash', 'use the 64 hexadecimal digits that sha256sum prints');
/** A moment in UTC. Date.parse alone would take the 30th of February for a day in March. */
export const time = parsed<Date>('bad-time', TIME.source, (text) => {
  const date = new Date(TIME.test(text) ? text : Number.NaN);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text.slice(0, -1))) {
    throw new Error(`${quoted(text)} is no time; write it in UTC like 2027-01-31T18:00:00Z`);
  }
  return date;
});
export const seconds = z.number().int().min(1);
export const portNumber = z.number().int().min(1).max(65535);
