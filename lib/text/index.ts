export { bulleted, code, commands, joined, numbered, table } from './markdown';
export {
  ABSOLUTE_PATH,
  BRANCH,
  DNS_LABEL,
  DNS_SUBDOMAIN,
  DRIVER,
  DRIVER_DELAY,
  DRIVER_OPTION,
  GIT_URL,
  HOST_NAME,
  IMAGE,
  INTERFACE,
  LABEL_VALUE,
  MAC,
  MAIL_ADDRESS,
  MAIL_USER,
  NODE_NAME,
  NUT_USER,
  PORT_NAME,
  PRINTABLE_ASCII,
  RECEIVER_URL,
  REGISTRY,
  RELATIVE_PATH,
  SERVICE_NAME,
  SHA256,
  UPS_NAME,
  VERSION,
  VISIBLE_ASCII,
} from './patterns';
export { quoted } from './quoted';
export type { RunbookSection } from './section';
export { PLAIN, yamlText } from './yaml';
