/** The forms of names and texts that Kubernetes, Linux and NUT take, for the site description and for constructs alike. */

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
export const DNS_LABEL = new RegExp(`^${LABEL}$`);
export const DNS_SUBDOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
/** A name whose last part is all digits is read as an IPv4 address: https://url.spec.whatwg.org/#ends-in-a-number-checker. */
export const HOST_NAME = new RegExp(`^(?=.{1,253}$)(?!(?:.*\\.)?[0-9]+$)${LABEL}(?:\\.${LABEL})*$`);
/** Also the value of the label kubernetes.io/hostname, which holds 63 characters. */
export const NODE_NAME = new RegExp(`^(?=.{1,63}$)${LABEL}(?:\\.${LABEL})*$`);
/** https://kubernetes.io/docs/concepts/services-networking/service/: RFC 1035, so it does not start with a digit. */
export const SERVICE_NAME = new RegExp(`^(?![0-9])${LABEL}$`);
/** Of a port of a container, RFC 6335: at most 15 characters, one letter at least, no two dashes side by side. */
export const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Linux allows more (`dev_valid_name` in net/core/dev.c); these are safe in every file the name is written to. */
export const INTERFACE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/;
/** Also a Kubernetes label value, because it becomes the value of `ups-device`. NUT refuses `@ : [ ]` and blanks. */
export const UPS_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const LABEL_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
/** A section name of upsd.users. */
export const NUT_USER = /^[A-Za-z0-9_-]{1,63}$/;
export const DRIVER = /^[a-z0-9][a-z0-9_-]*$/;
/** driver, port and desc have fields of their own; a second line would silently win or lose. */
export const DRIVER_OPTION = /^(?!(?:driver|port|desc)$)[A-Za-z][A-Za-z0-9_.]*$/;
/** A whole number of seconds or minutes; NUT's drivers read no other. */
export const DRIVER_DELAY = /^(?:0|[1-9]\d{0,6})$/;
export const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
export const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
/** Without `.` and `..` as parts: Kubernetes refuses the latter in a hostPath. */
export const ABSOLUTE_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.@-]+)+$/;
export const VERSION = /^v[0-9]+\.[0-9]+\.[0-9]+(?:[-+.][A-Za-z0-9_.+-]*)?$/;
/** What sha256sum prints. */
export const SHA256 = /^[0-9a-f]{64}$/;
/** UTC, to the second: what `date -u +%FT%TZ` prints. */
export const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;
const REGISTRY_HOST = '[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?';
const IMAGE_PATH = '[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*';
/** [registry[:port]/]path, then a tag other than latest, a digest, or both. */
export const IMAGE = new RegExp(
  `^(?:${REGISTRY_HOST}/)?${IMAGE_PATH}` +
    '(?!:latest(?:@|$))(?=[:@])(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$',
);
/** What stands before the path of an image: registry[:port], or that and the first parts of the path. */
export const REGISTRY = new RegExp(`^${REGISTRY_HOST}(?:/${IMAGE_PATH})?$`);
