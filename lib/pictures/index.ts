export { timelineSvg } from './timeline';
export { topologySvg } from './topology';
