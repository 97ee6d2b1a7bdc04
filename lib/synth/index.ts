export { buildApp, buildSite, type SiteFiles } from './app';
export { hostFiles } from './hosts';
export { buildSeed, type SeedOptions } from './seed';
export { synth } from './synth';
