import type { IConstruct } from 'constructs';
import type { AddressRange } from '../network';

/** What an advertisement has to know of a pool. It is an object of the app and not a name, so that none can be missing. */
export interface AnnouncedPool extends IConstruct {
  /** Name of the pool object. */
  readonly name: string;
  /** The addresses, in the order given. */
  readonly ranges: readonly AddressRange[];
}
