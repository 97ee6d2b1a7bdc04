export { NutConfig } from './config';
export { nutProps } from './from-cluster';
export { NutAlerts } from './metrics';
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
export { chosenPasswords, type PasswordFiles, secretArguments, secretKeys } from './passwords';
export { NutPrimary, type NutPrimaryProps, NutSecondary, type NutSecondaryProps, UPS_DEVICE_LABEL } from './pods';
export { externalSecret, keptSealedSecret, nutSecret, rotatedSecret, tlsSecret } from './secret';
