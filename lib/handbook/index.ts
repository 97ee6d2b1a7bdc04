export { hostsReadme } from './readme';
export { runbook } from './runbook';
