import { type Cluster, type Problem, problemFrom } from '../cluster';
import { type AddressRange, overlaps } from '../network';
import { claimsOf } from './claims';

/** Rules about what an earlier synth wrote. */
export const FORMER_RULES = {
  'was-in-pool': {
    cause:
      'An address was in a pool of `dist/` and now belongs to something else; MetalLB assigns it until the old pool is deleted or changed in the cluster',
    severity: 'warning',
  },
} as const;

const problem = problemFrom(FORMER_RULES);

/** An address range of a pool that dist/ had. */
export interface FormerRange {
  readonly pool: string;
  readonly range: AddressRange;
}

/** What a site gives to something else than the pools that had it before. Pure. */
export const formerPools = (cluster: Cluster, former: readonly FormerRange[]): Problem[] =>
  claimsOf(cluster)
    .filter(({ kind }) => kind !== 'pool')
    .flatMap(({ what, range, path }) => {
      const found = former.find((one) => overlaps(one.range, range));
      if (!found) return [];
      const message = `${range.text} of ${what} was in pool "${found.pool}" (${found.range.text}), and MetalLB assigns it until the cluster has the new pools`;
      return [problem('was-in-pool', path, message, 'run apply --prune before you use the address')];
    });
