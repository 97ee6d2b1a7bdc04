export { driverPasswordKey } from './conf';
export { NutConfig } from './config';
export { serverPasswordKey } from './files';
export { nutProps } from './from-cluster';
export type {
  Actuator,
  CabledUps,
  DriverOption,
  EarlyShutdown,
  FedNode,
  NutModel,
  NutTiming,
  ServedUps,
  UpsSection,
} from './model';
export { Nut, type NutProps } from './nut';
export { secretArguments, secretOptions, servedUpses } from './passwords';
export { NutPrimary, type NutPrimaryProps, NutSecondary, type NutSecondaryProps, UPS_DEVICE_LABEL } from './pods';
export { newPasswords, nutSecret } from './secret';
