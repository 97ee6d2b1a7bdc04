export { type Checked, checkCluster } from './check';
export { readOneSite, readSite, readSites, siteFile } from './inputs';
export { defineCluster, type Loaded, loadCluster } from './load';
export { originOf } from './origin';
export { sarif } from './sarif';
export { type Starter, starterText } from './starter';
export { CHECKS, projectFiles } from './starter-project';
