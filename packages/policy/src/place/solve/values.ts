// What programs pay for: answers in parts of the demand, as multiples of the dearest worker.

import type { HostKind } from '../context/host-kinds.js';

/**
 * Parts of a group's demand, and the price of missing them. Prices rise, so that groups whose items take more time than others do not lose
 * everything before these lose anything. They are about 1 in the mean, because the gap to which a program is solved is a part of them.
 */
export const missedParts: readonly { readonly share: number; readonly price: number }[] = [
  { share: 0.1, price: 0.25 },
  { share: 0.1, price: 0.5 },
  { share: 0.2, price: 1 },
  { share: Infinity, price: 2 },
];

/** Returns the price of the dearest worker. 1 if none has a price. */
export const dearestWorker = (kinds: readonly HostKind[]): number =>
  Math.max(0, ...kinds.map(({ usdPerHour }) => usdPerHour)) || 1;
