export { PICTURE_STYLE } from './svg';
export { timelineSvg } from './timeline';
export { topologySvg } from './topology';
