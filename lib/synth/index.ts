export { buildApp, buildSite, type SiteFiles, serverAddOns } from './app';
export { hostFiles } from './hosts';
export { buildSeed, type SeedOptions } from './seed';
export { synth } from './synth';
