// What was measured of the fleet, for queries to aim at.

import type { wire } from '@pareto/rpc';

export interface Offer {
  readonly variant: string;
  readonly accuracy: number;
  readonly costPer1k: number;
}

/** Each cheaper than the next and less accurate: what else there is, is worse than one of these in both. */
export type Front = readonly [Offer, ...Offer[]];

export interface Offers {
  readonly front: Front;
  /** The architecture whose own front is the widest, from its cheapest variant to its most accurate. */
  readonly architecture: string;
  readonly own: Front;
  /** A variant that something is at least as good as in everything; undefined: there is none. */
  readonly dominated: string | undefined;
}

/** Undefined when nothing was measured. */
export function findOffers(variants: readonly wire.Variant[]): Offers | undefined {
  const able = variants.filter(
    ({ costPer_1k, quarantineReason, denied }) => costPer_1k > 0 && quarantineReason === '' && denied === '',
  );
  const front = frontOf(able.filter(({ dominatedBy }) => dominatedBy === ''));
  // What only another architecture dominates answers for its own all the same.
  const [widest] = [...new Set(able.map(({ architecture }) => architecture))]
    .flatMap((architecture) => {
      const own = frontOf(able.filter((variant) => variant.architecture === architecture));
      return own === undefined ? [] : [{ architecture, own }];
    })
    .toSorted((a, b) => widthOf(b.own) - widthOf(a.own));
  if (front === undefined || widest === undefined) return undefined;
  return { front, ...widest, dominated: able.find(({ dominatedBy }) => dominatedBy !== '')?.name };
}

function frontOf(variants: readonly wire.Variant[]): Front | undefined {
  const [cheapest, ...others] = variants.map(toOffer).toSorted(cheaperFirst);
  if (cheapest === undefined) return undefined;
  const front: [Offer, ...Offer[]] = [cheapest];
  for (const offer of others) if (offer.accuracy > bestOf(front).accuracy) front.push(offer);
  return front;
}

const toOffer = ({ name: variant, costPer_1k: costPer1k, measurements }: wire.Variant): Offer => {
  const accuracies = measurements.flatMap(({ accuracy }) => accuracy?.value ?? []);
  return { variant, accuracy: accuracies[0] ?? 0, costPer1k };
};

const cheaperFirst = (a: Offer, b: Offer): number => a.costPer1k - b.costPer1k || b.accuracy - a.accuracy;

/** Its last. */
export const bestOf = (front: Front): Offer => front.at(-1) ?? front[0];

/** How many times as dear the most accurate is. */
const widthOf = (front: Front): number => bestOf(front).costPer1k / front[0].costPer1k;
