/** Patterns of valid names and texts in Kubernetes, Linux and NUT. */

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
export const DNS_LABEL = new RegExp(`^${LABEL}$`);
export const DNS_SUBDOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
/** A last part of digits would be read as an IPv4 address: https://url.spec.whatwg.org/#ends-in-a-number-checker. */
export const HOST_NAME = new RegExp(`^(?=.{1,253}$)(?!(?:.*\\.)?[0-9]+$)${LABEL}(?:\\.${LABEL})*$`);
/** Such as minio.home.arpa:9000. */
export const HOST_AND_PORT = new RegExp(`^${LABEL}(?:\\.${LABEL})*(?::[1-9][0-9]{0,4})?$`);
/** Also a value of the label kubernetes.io/hostname: at most 63 characters. */
export const NODE_NAME = new RegExp(`^(?=.{1,63}$)${LABEL}(?:\\.${LABEL})*$`);
/** https://kubernetes.io/docs/concepts/services-networking/service/: RFC 1035, no leading digit. */
export const SERVICE_NAME = new RegExp(`^(?![0-9])${LABEL}$`);
/** Container port, RFC 6335: at most 15 characters, at least one letter, no double dash. */
export const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Linux allows more (`dev_valid_name` in net/core/dev.c); these are safe in every generated file. */
export const INTERFACE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/;
/** Also a value of the label `ups-device`. NUT refuses `@ : [ ]` and blanks. */
export const UPS_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const LABEL_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const QUALIFIED = `(?:(?=[^/]{1,253}/)${LABEL}(?:\\.${LABEL})*/)?${LABEL_VALUE.source.slice(1, -1)}`;
/** A name, or domain/name. */
export const LABEL_KEY = new RegExp(`^${QUALIFIED}$`);
/** As register-with-taints of the kubelet reads it. */
export const TAINT = new RegExp(
  `^${QUALIFIED}(?:=${LABEL_VALUE.source.slice(1, -1)})?:(?:NoSchedule|PreferNoSchedule|NoExecute)$`,
);
/** A section name of upsd.users. */
export const NUT_USER = /^[A-Za-z0-9_-]{1,63}$/;
export const DRIVER = /^[a-z0-9][a-z0-9_-]*$/;
/** Without driver, port and desc, which have their own fields. */
export const DRIVER_OPTION = /^(?!(?:driver|port|desc)$)[A-Za-z][A-Za-z0-9_.]*$/;
/** Whole seconds or minutes; NUT's drivers read nothing else. */
export const DRIVER_DELAY = /^(?:0|[1-9]\d{0,6})$/;
export const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
export const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
/** Without the parts `.` and `..`; Kubernetes refuses `..` in a hostPath. */
export const ABSOLUTE_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.@-]+)+$/;
/** Without a user and a password, and without what a shell, curl or JSON would quote. */
export const RECEIVER_URL = /^(?:https?|smtps?):\/\/(?![^/]*@)[!#-[\]-~]+$/;
export const MAIL_ADDRESS = /^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/;
/** An account, often a mail address. */
export const MAIL_USER = /^[A-Za-z0-9._%+@-]+$/;
export const RELATIVE_PATH = /^(?!\/)(?:(?:^|\/)(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.@-]+)+$/;
/** With a user, even one with a password: a rule of its own refuses that without showing it. */
export const GIT_URL = /^(?:https?|ssh):\/\/(?:[\x21-\x3f\x41-\x7e]*@)?[A-Za-z0-9.[\]:-]+\/[A-Za-z0-9_.~/@%+-]+$/;
/** A part of what `git check-ref-format` accepts. */
export const BRANCH = /^(?![-/.])(?!.*(?:\.\.|\/\/))[A-Za-z0-9_./-]+(?<![/.])$/;
export const VERSION = /^v[0-9]+\.[0-9]+\.[0-9]+(?:[-+.][A-Za-z0-9_.+-]*)?$/;
export const MAC = /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}$/;
/** The output of sha256sum. */
export const SHA256 = /^[0-9a-f]{64}$/;
const REGISTRY_HOST = '[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?';
const IMAGE_PATH = '[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*';
/** [registry[:port]/]path, then a tag other than latest, a digest, or both. */
export const IMAGE = new RegExp(
  `^(?:${REGISTRY_HOST}/)?${IMAGE_PATH}` +
    '(?!:latest(?:@|$))(?=[:@])(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$',
);
/** registry[:port], optionally with the first parts of an image path. */
export const REGISTRY = new RegExp(`^${REGISTRY_HOST}(?:/${IMAGE_PATH})?$`);
