// The time that a router keeps in reserve for what it does not know, so that few of its queries are refused or late.

import { halved } from '@pareto/core';

export interface Reserve {
  at(now: number): number;
  /** Records that a query which was predicted to wait was refused, or late. `itemMs`: time per item at the replica. */
  missed(itemMs: number, now: number): void;
}

export interface ReserveParams {
  /** Rise by such a query, as a share of the time per item. */
  readonly rise: number;
  /** Time in which half of the reserve is forgotten, in ms. */
  readonly halfLifeMs: number;
}

/** Creates a reserve of 0. It balances: the more is reserved, the fewer queries raise it. */
export function createReserve({ rise, halfLifeMs }: ReserveParams): Reserve {
  let reserveMs = 0;
  let since = 0;
  const at = (now: number): number => (reserveMs === 0 ? 0 : reserveMs * halved((now - since) / halfLifeMs));
  return {
    at,
    missed(itemMs, now) {
      [reserveMs, since] = [at(now) + rise * itemMs, now];
    },
  };
}
