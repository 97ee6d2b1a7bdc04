export { PRIMARY_USER, SECONDARY_USER } from './conf';
export { NutConfig } from './config';
export { nutProps } from './from-cluster';
export { EXPORTER_PATH } from './metrics';
export type {
  Actuator,
  BatteryLimits,
  CabledUps,
  DriverOption,
  FedNode,
  NutModel,
  NutTiming,
  OutsideClient,
  ServedUps,
  UpsSection,
} from './model';
export { Nut, type NutProps } from './nut';
export { chosenPasswords, type PasswordFiles, secretArguments, secretKeys } from './passwords';
export { NutPrimary, type NutPrimaryProps, NutSecondary, type NutSecondaryProps, UPS_DEVICE_LABEL } from './pods';
export { externalSecret, keptSealedSecret, nutSecret, rotatedSecret, tlsSecret } from './secret';
