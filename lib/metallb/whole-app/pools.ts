import { overlaps } from '../../network';
import { METALLB } from '../../releases';
import { type LabelSelector, selects } from '../selector';
import {
  type MetalLbManifest,
  nameOf,
  ofKind,
  type PoolView,
  poolsOf,
  unreadable,
  type WholeAppObjects,
} from './objects';

/**
 * Problems between the MetalLB objects of an app.
 *
 * @param mayBeSilent names of pools that something outside the app announces
 */
export function poolProblems(objects: WholeAppObjects, mayBeSilent: ReadonlySet<string>): string[] {
  const pools = poolsOf(objects);
  return [
    ...unreadable(objects),
    ...strangers(objects),
    ...repeated(objects),
    ...overlapping(pools),
    ...silent(objects, pools, mayBeSilent),
    ...dangling(objects, pools),
    ...sameAlias(objects),
    ...preferences(objects, pools),
  ];
}

const advertisements = (objects: WholeAppObjects): MetalLbManifest[] =>
  ofKind(objects, 'L2Advertisement', 'BGPAdvertisement');

/** MetalLB reads only its own namespace. */
const strangers = ({ metalLb }: WholeAppObjects): string[] =>
  metalLb
    .filter(({ metadata }) => metadata.namespace !== METALLB.namespace)
    .map(
      (object) =>
        `${nameOf(object)} is in namespace "${object.metadata.namespace ?? 'default'}", which MetalLB does not read; put it into ${METALLB.namespace}`,
    );

function repeated({ metalLb }: WholeAppObjects): string[] {
  const names = metalLb.map(nameOf);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
    (name) => `${name} exists twice; give each object its own name`,
  );
}

function overlapping(pools: readonly PoolView[]): string[] {
  return pools.flatMap((pool, index) =>
    pools
      .slice(0, index)
      .flatMap((other) =>
        pool.ranges.flatMap((range) =>
          other.ranges
            .filter((theirs) => overlaps(range, theirs))
            .map(
              (theirs) =>
                `pool "${pool.name}": ${range.text} overlaps ${theirs.text} of pool "${other.name}"; put every address into one pool`,
            ),
        ),
      ),
  );
}

/** Whether the advertisement covers the pool. Without names and selectors it covers all. */
export function covers({ spec }: MetalLbManifest, pool: PoolView): boolean {
  const names = spec?.ipAddressPools ?? [];
  const selectors: readonly LabelSelector[] = spec?.ipAddressPoolSelectors ?? [];
  if (names.length + selectors.length === 0) return true;
  return names.includes(pool.name) || selectors.some((selector) => selects(selector, pool.labels));
}

const silent = (objects: WholeAppObjects, pools: readonly PoolView[], mayBeSilent: ReadonlySet<string>): string[] =>
  pools
    .filter(({ name }) => !mayBeSilent.has(name))
    .filter((pool) => !advertisements(objects).some((advertisement) => covers(advertisement, pool)))
    .map(
      ({ name }) =>
        `pool "${name}" has no advertisement, so no node would answer for its addresses; ` +
        'call advertiseL2() or advertiseBgp(), or set allowUnannounced if something else announces it',
    );

/** Unknown names, which only objects of other constructs can have. */
function dangling(objects: WholeAppObjects, pools: readonly PoolView[]): string[] {
  const peers = ofKind(objects, 'BGPPeer').map(({ metadata }) => metadata.name);
  const aliases = aliasesOf(objects);
  return advertisements(objects).flatMap((advertisement) => {
    const unknown = (what: string, names: readonly string[], known: readonly string[]) =>
      names
        .filter((name) => !known.includes(name))
        .map(
          (name) =>
            `${nameOf(advertisement)} names the ${what} "${name}", which is not in this app; choose from ${known.join(', ') || 'none'}`,
        );
    const { ipAddressPools = [], peers: named = [], communities = [] } = advertisement.spec ?? {};
    const byName = communities.flatMap((item) => (typeof item === 'string' && !item.includes(':') ? item : []));
    return [
      ...unknown(
        'pool',
        ipAddressPools,
        pools.map(({ name }) => name),
      ),
      ...unknown('peer', named, peers),
      ...unknown('community', byName, aliases),
    ];
  });
}

const aliasesOf = (objects: WholeAppObjects): string[] =>
  ofKind(objects, 'Community').flatMap(({ spec }) =>
    (spec?.communities ?? []).flatMap((item) => (typeof item === 'string' ? [] : item.name)),
  );

function sameAlias(objects: WholeAppObjects): string[] {
  const aliases = aliasesOf(objects);
  return [...new Set(aliases.filter((name, index) => aliases.indexOf(name) !== index))].map(
    (name) => `the community "${name}" exists twice, for which MetalLB drops its whole configuration; remove one`,
  );
}

/** Pairs of advertisements that send one peer two local preferences for one route. Node selectors are not compared. */
function preferences(objects: WholeAppObjects, pools: readonly PoolView[]): string[] {
  const all = ofKind(objects, 'BGPAdvertisement').filter(({ spec }) => !spec?.serviceSelectors);
  const collide = (a: MetalLbManifest, b: MetalLbManifest) =>
    (a.spec?.localPref ?? 0) !== (b.spec?.localPref ?? 0) &&
    (a.spec?.aggregationLength ?? 32) === (b.spec?.aggregationLength ?? 32) &&
    (!a.spec?.peers || !b.spec?.peers || a.spec.peers.some((peer) => b.spec?.peers?.includes(peer))) &&
    !(a.spec?.nodeSelectors && b.spec?.nodeSelectors) &&
    pools.some((pool) => covers(a, pool) && covers(b, pool));
  return all.flatMap((advertisement, index) =>
    all
      .slice(0, index)
      .filter((other) => collide(advertisement, other))
      .map(
        (other) =>
          `${nameOf(other)} and ${nameOf(advertisement)} send one peer two local preferences for one route, ${other.spec?.localPref ?? 0} and ` +
          `${advertisement.spec?.localPref ?? 0}; give both the same preference, or different peers`,
      ),
  );
}
