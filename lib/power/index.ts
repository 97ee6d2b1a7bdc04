export { allDownSum, earlyRuntimeSum, offDelaySum, runtimeSum } from './arithmetic';
export { notArmed } from './armed';
export { BATTERY_SOURCE, batteryRange } from './battery';
export { changeText, cutEarlier, lowerBudgets, offDelayOf, SHORTEST_HALT_SECONDS } from './changes';
export { powerSections } from './chapter';
export { clientPasswordKey, clientUser, fixedNames } from './clients';
export { DRIVER_NAMES, driversLike, isDriverOfNut } from './driver-names';
export { driverRemarks, offDelayText, onDelayText } from './driver-text';
export {
  DRIVER_ROWS,
  type DriverAccess,
  driverAccess,
  driverFacts,
  driverNumber,
  hasHostAsPort,
  isKnownDevice,
  needsVendor,
  RECKONED_OPTIONS,
  roundedDelay,
  strandReason,
  VENDORS,
  writtenDelay,
} from './drivers';
export { explainData, explainText } from './explain';
export { budgetFor, gracefulShutdown, haltBudgetsOf, shortestHaltBudget } from './graceful-shutdown';
export {
  CHARGED_PERCENT,
  CLIENT_TIMING,
  EARLY_POLLS,
  type HostPlan,
  MAX_AGE_SECONDS,
  type NodePlan,
  type PowerPlan,
  type PowerRole,
  powerPlan,
  RECHARGE_SECONDS,
  type UpsPlan,
} from './plan';
export { type BrokenPromise, brokenIn } from './promises';
export { bestRuntime, isEnough, type Runtime, runtimesOf } from './runtime';
export {
  type Course,
  type Descent,
  type MachineLane,
  type PowerEvent,
  type PowerTimeline,
  powerTimelines,
} from './timeline';
export { USB_VENDORS } from './usb-vendors';
