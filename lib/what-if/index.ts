export { UPS_MODELS } from './models';
export { fixOf, type WhatIf, whatIf } from './what-if';
