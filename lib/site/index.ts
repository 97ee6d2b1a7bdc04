export { type Checked, checkCluster } from './check';
export {
  defaultPath,
  type Place,
  placeOf,
  readOneSite,
  readSite,
  readSites,
  type SiteOfFile,
  SiteReader,
  siteFile,
} from './inputs';
export { defineCluster, type Loaded, loadCluster } from './load';
export { originOf } from './origin';
export { sarif } from './sarif';
export { type Starter, starterText } from './starter';
export { CHECKS, projectFiles } from './starter-project';
