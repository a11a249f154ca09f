// The measured variants, from which the quick start derives its queries.

import type { wire } from '@pareto/protocol';

export interface Offer {
  readonly variant: string;
  readonly accuracy: number;
  readonly costPer1k: number;
}

/** Pareto front in cost and accuracy, both ascending. */
export type Front = readonly [Offer, ...Offer[]];

export interface Offers {
  readonly front: Front;
  /** Architecture with the widest front of its own: the largest cost ratio of the most accurate to the cheapest. */
  readonly architecture: string;
  readonly own: Front;
  /** A dominated variant. Undefined if there is none. */
  readonly dominated: string | undefined;
}

/** Returns the fronts of the measured variants. Undefined if no variant was measured. */
export function findOffers(variants: readonly wire.Variant[]): Offers | undefined {
  const eligible = variants.filter(
    ({ costPer_1k, quarantineReason, denied }) => costPer_1k > 0 && quarantineReason === '' && denied === '',
  );
  const accuracies = new Map(eligible.map((variant) => [variant.name, toOffer(variant).accuracy]));
  // A dominated variant answers queries whose floor its own accuracy meets, and that of the other one does not.
  const answers = ({ name, dominatedBy }: wire.Variant): boolean =>
    dominatedBy === '' || (accuracies.get(dominatedBy) ?? Infinity) < (accuracies.get(name) ?? 0);
  const front = frontOf(eligible.filter(answers));
  // A variant that is dominated by another architecture still serves queries that name its own architecture.
  const [widest] = [...new Set(eligible.map(({ architecture }) => architecture))]
    .flatMap((architecture) => {
      const own = frontOf(eligible.filter((variant) => variant.architecture === architecture));
      return own === undefined ? [] : [{ architecture, own }];
    })
    .toSorted((a, b) => widthOf(b.own) - widthOf(a.own));
  if (front === undefined || widest === undefined) return undefined;
  return { front, ...widest, dominated: eligible.find(({ dominatedBy }) => dominatedBy !== '')?.name };
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

/** Returns the most accurate offer of a front. */
export const bestOf = (front: Front): Offer => front.at(-1) ?? front[0];

/** Returns the cost ratio of the most accurate to the cheapest. */
const widthOf = (front: Front): number => bestOf(front).costPer1k / front[0].costPer1k;
