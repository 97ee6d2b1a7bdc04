import { Construct } from 'constructs';
import * as crd from '../../imports/metallb-metallb.io';
import { communityFault, isLargeCommunity } from '../network';
import { METALLB } from '../releases';
import type { BgpType } from './bgp-type';
import { checkName, Faults } from './checks';

/** A community by its name in a `Community` object, made by `Community.alias`. */
export class CommunityAlias {
  constructor(
    readonly name: string,
    readonly value: string,
  ) {}
}

/** Properties for `Community`. */
export interface CommunityProps<Name extends string> {
  /** Name of the object. */
  readonly name: string;
  /** Communities by name, such as `{ 'no-advertise': '65535:65282' }`. */
  readonly communities: Readonly<Record<Name, string>>;
  /**
   * BGP implementation. Large communities (`large:64512:1:2`) need FRR.
   *
   * @default 'native'
   */
  readonly bgpType?: BgpType;
}

/**
 * Names for communities.
 *
 * Source: https://metallb.io/apis/#community
 */
export class Community<Name extends string = string> extends Construct {
  private readonly values: Readonly<Record<Name, string>>;

  /** @throws Error with everything that is wrong: an invalid name or value, no communities */
  constructor(scope: Construct, id: string, props: CommunityProps<Name>) {
    super(scope, id);
    this.values = props.communities;
    const list = Object.entries<string>(props.communities).map(([name, value]) => ({ name, value }));
    const faults = new Faults();
    faults.check(
      () => checkName('Community', props.name),
      () => {
        if (list.length === 0)
          throw new Error(`Community "${props.name}" has no communities; give at least one, or remove it`);
      },
      ...list.map(
        ({ name, value }) =>
          () =>
            checkCommunity(`Community "${props.name}": ${name}`, value, props.bgpType),
      ),
    );
    faults.throwAll();
    new crd.Community(this, 'Resource', {
      metadata: { name: props.name, namespace: METALLB.namespace },
      spec: { communities: list },
    });
  }

  /**
   * A community for an advertisement.
   *
   * @throws Error for an unknown name
   */
  alias(name: Name): CommunityAlias {
    const value: string | undefined = this.values[name];
    if (value === undefined) {
      throw new Error(
        `community ${JSON.stringify(name)} does not exist; choose from ${Object.keys(this.values).join(', ')}`,
      );
    }
    return new CommunityAlias(name, value);
  }
}

/** @throws Error for an invalid community */
export function checkCommunity(what: string, value: string, bgpType: BgpType = 'native'): void {
  if (bgpType !== 'native' && isLargeCommunity(value)) return;
  const fault = communityFault(value);
  if (fault) throw new Error(`${what}: ${fault.message}; ${fault.cure}`);
}
