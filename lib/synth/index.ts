export { buildApp, buildSite, type SiteFiles, serverAddOns } from './app';
export { hostFiles } from './hosts';
export { synth } from './synth';
