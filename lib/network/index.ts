export {
  type Address,
  type AddressRange,
  addressFromValue,
  contains,
  covers,
  type Family,
  overlaps,
  parseAddress,
  parseAddressRange,
  parseSubnet,
  reservedAs,
  type Subnet,
  sameAddress,
  shortestPrefix,
  sizeOf,
  urlHost,
} from './address';
export {
  communityFault,
  isLargeCommunity,
  MAX_ASN,
  MAX_COMMUNITIES,
  MAX_HOLD_SECONDS,
  MAX_PEER_PORT,
  MIN_HOLD_SECONDS,
} from './bgp';
export { checkExclusion, excludes } from './excluded-interfaces';
export { RangeIndex } from './range-index';
