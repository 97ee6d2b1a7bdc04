export { UPS_MODELS } from './models';
export { type WhatIf, whatIf } from './what-if';
