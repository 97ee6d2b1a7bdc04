import * as z from 'zod';
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
  BRANCH,
  DNS_LABEL,
  DNS_SUBDOMAIN,
  DRIVER,
  DRIVER_OPTION,
  GIT_URL,
  HOST_AND_PORT,
  HOST_NAME,
  IMAGE,
  INTERFACE,
  LABEL_KEY,
  LABEL_VALUE,
  MAC,
  MAIL_ADDRESS,
  MAIL_USER,
  NODE_NAME,
  NUT_USER,
  PRINTABLE_ASCII,
  quoted,
  RECEIVER_URL,
  RELATIVE_PATH,
  SHA256,
  TAINT,
  UPS_NAME,
  VERSION,
  VISIBLE_ASCII,
} from '../text';
import type { Rules } from './problem';

/** One row of docs/rules.md. */
const NAMED = {
  cause:
    'Not a value of the kind that the rule names: an interface, a NUT driver without a path, a SHA-256, a k3s release',
};

/** Rules about single values. */
export const FORMAT_RULES = {
  'bad-address': { cause: 'Not an IP address, or one with leading zeros, a zone (`%eth0`) or IPv4 inside IPv6' },
  'bad-range': { cause: 'Not an address range', cure: 'Write `first-last` in full, or a CIDR' },
  'bad-subnet': { cause: 'Not a network, or one with host bits or a netmask' },
  'bad-name': { cause: 'Not lower-case letters, digits and inner dashes' },
  'bad-ups-name': { cause: 'Not letters, digits and inner `_ . -`' },
  'bad-interface': NAMED,
  'bad-driver': NAMED,
  'bad-driver-option': { cause: 'Not a driver option, or one with its own field: driver, port, desc' },
  'bad-text': { cause: 'Characters other than printable ASCII on one line' },
  'bad-path': { cause: 'A path with `.`, `..` or spaces; one that is not absolute, or has to be relative' },
  'bad-url': { cause: 'Not the URL of a Git repository' },
  'bad-image': { cause: 'An image without tag and digest, or tagged `latest`' },
  'bad-hash': NAMED,
  'bad-version': NAMED,
  'bad-label': { cause: 'Not a label of Kubernetes' },
  'bad-taint': { cause: 'Not a taint of Kubernetes' },
  'bad-mac': { cause: 'Not a MAC address' },
  'bad-community': { cause: "Not a BGP community such as `65535:65282`. MetalLB's native mode supports no large ones" },
} as const satisfies Rules;

type FormatRule = keyof typeof FORMAT_RULES;

/** A text of this form. The JSON Schema has the pattern too, for editors. */
function matching(pattern: RegExp, rule: FormatRule, advice: string) {
  return z
    .string()
    .check((context) => {
      if (pattern.test(context.value)) return;
      const message = `${quoted(context.value)} is not valid here; ${advice}`;
      context.issues.push({ code: 'custom', message, input: context.value, params: { rule } });
    })
    .meta({ pattern: pattern.source });
}

/**
 * A text that a parser turns into a value. The message of its error becomes a problem of `rule`.
 *
 * @param pattern the characters it may hold, for editors only
 */
function parsed<T>(rule: FormatRule, pattern: string, parse: (text: string) => T) {
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

function readCommunity(text: string): string {
  const fault = communityFault(text);
  if (fault) throw new Error(`${fault.message}; ${fault.cure}`);
  return text;
}
export const community = parsed('bad-community', '^[0-9]+:[0-9]+$', readCommunity);
/** The value of a community, or a name that is defined elsewhere. */
export const communityOrName = parsed('bad-community', '^[^:]*$|^[0-9]+:[0-9]+$', (text) =>
  text.includes(':') ? readCommunity(text) : text,
);

export const dnsLabel = matching(DNS_LABEL, 'bad-name', 'use up to 63 lower-case letters, digits and inner dashes');
export const hostName = matching(HOST_NAME, 'bad-name', 'use a lower-case DNS name such as api.home.arpa');
export const s3Endpoint = matching(HOST_AND_PORT, 'bad-name', 'use HOST or HOST:PORT, without https://');
export const objectName = matching(DNS_SUBDOMAIN, 'bad-name', 'use lower-case letters, digits and inner - and .');
export const nodeName = matching(
  NODE_NAME,
  'bad-name',
  'use the host name in lower case, at most 63 characters; it is the name of the Kubernetes node',
);
export const interfaceName = matching(
  INTERFACE,
  'bad-interface',
  'use the name that `ip link` prints, at most 15 letters, digits and _ . -',
);
export const macAddress = matching(
  MAC,
  'bad-mac',
  'use six pairs of hexadecimal digits with colons, as `ip link` prints',
);
export const upsName = matching(UPS_NAME, 'bad-ups-name', 'use up to 63 letters, digits and inner _ . -');
export const nutUser = matching(NUT_USER, 'bad-name', 'use letters, digits and _ -');
export const driverName = matching(DRIVER, 'bad-driver', 'use the name of a NUT driver, such as usbhid-ups');
export const driverOption = matching(
  DRIVER_OPTION,
  'bad-driver-option',
  'use an option of the driver, such as vendorid (driver, port and desc are fields of their own)',
);
export const ascii = matching(PRINTABLE_ASCII, 'bad-text', 'use printable ASCII on one line');
export const devicePort = matching(
  VISIBLE_ASCII,
  'bad-text',
  'use auto, a device path or an address, in printable ASCII without spaces',
);
export const receiverUrl = matching(
  RECEIVER_URL,
  'bad-text',
  'use an http, https, smtp or smtps URL in printable ASCII without user, password, blanks, quotes and backslashes',
);
export const mailAddress = matching(MAIL_ADDRESS, 'bad-text', 'use a mail address such as me@example.org');
export const mailUser = matching(MAIL_USER, 'bad-text', 'use letters, digits and . _ % + @ -');
export const absolutePath = matching(
  ABSOLUTE_PATH,
  'bad-path',
  'use an absolute path of letters, digits and . _ @ -, without . and .. as parts',
);
export const gitUrl = matching(GIT_URL, 'bad-url', 'use https://HOST/PATH or ssh://git@HOST/PATH');
export const branch = matching(BRANCH, 'bad-name', 'use the name of a branch, such as main');
export const relativePath = matching(
  RELATIVE_PATH,
  'bad-path',
  'use a path such as clusters/home, without / at its ends and without . and .. as parts',
);
export const k3sVersion = matching(VERSION, 'bad-version', 'use a k3s release such as v1.36.4+k3s1');
export const image = matching(
  IMAGE,
  'bad-image',
  'use registry/name:tag or registry/name@sha256:..., and never :latest',
);
export const labelKey = matching(LABEL_KEY, 'bad-label', 'use a name or domain/name such as example.org/rack');
export const labelValue = matching(LABEL_VALUE, 'bad-label', 'use up to 63 letters, digits and inner _ . -');
export const taint = matching(
  TAINT,
  'bad-taint',
  'use KEY=VALUE:EFFECT, with NoSchedule, PreferNoSchedule or NoExecute',
);
export const sha256 = matching(SHA256, 'bad-hash', 'use the 64 hexadecimal digits that sha256sum prints');
export const seconds = z.number().int().min(1);
export const portNumber = z.number().int().min(1).max(65535);
