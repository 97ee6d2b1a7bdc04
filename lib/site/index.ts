export { type Checked, checkCluster } from './check';
export { type Findings, inputsOf, readOneSite, readSites, sitesOf } from './inputs';
export { defineCluster, type Loaded, loadCluster } from './load';
export { originOf } from './origin';
export { sarif } from './sarif';
export { type Starter, starterText } from './starter';
export { projectFiles } from './starter-project';
