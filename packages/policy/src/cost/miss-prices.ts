// What a missed query costs, in parts of the demand, as multiples of a price.

/**
 * Parts of a demand, and the price of missing them. Prices rise, so that demands whose items take more time than others do not lose
 * everything before these lose anything. They are about 1 in the mean, because the gap to which a program is solved is a part of them.
 */
export const missedParts: readonly { readonly share: number; readonly price: number }[] = [
  { share: 0.1, price: 0.25 },
  { share: 0.1, price: 0.5 },
  { share: 0.2, price: 1 },
  { share: Infinity, price: 2 },
];

/** Returns the price of the part of a demand that is missed next, if this share of it is missed already. */
export function nextMissPrice(missedShare: number): number {
  let most = 0;
  for (const { share, price } of missedParts) {
    most += share;
    if (missedShare < most) return price;
  }
  return NaN;
}
