export { type Checked, checkCluster, clusterJsonSchema } from './check';
export { type JsonSchema, schemasAt } from './form';
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
export { changedText } from './lines';
export { defineCluster, type Loaded, loadCluster } from './load';
export { originOf } from './origin';
export { sarif } from './sarif';
export { STARTER_QUESTIONS, type Starter, starterOf, starterText } from './starter';
export { CHECKS, projectFiles } from './starter-project';
