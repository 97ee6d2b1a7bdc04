export { columns } from './columns';
export { bulleted, code, commands, joined, numbered, table } from './markdown';
export * from './patterns';
export { quoted } from './quoted';
export { remembered } from './remembered';
export type { RunbookSection } from './section';
export { PLAIN, yamlText } from './yaml';
