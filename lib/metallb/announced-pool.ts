import type { IConstruct } from 'constructs';
import type { AddressRange } from '../network';

/** What an advertisement reads of a pool. It is an object and not a name, so the pool exists. */
export interface AnnouncedPool extends IConstruct {
  /** Name of the pool object. */
  readonly name: string;
  /** The addresses, in the order given. */
  readonly ranges: readonly AddressRange[];
}
