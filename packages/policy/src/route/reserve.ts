// The time that a router keeps in reserve for what it does not know, so that workers refuse few of its queries.

export interface Reserve {
  at(now: number): number;
  /** Records that a worker refused a query which was predicted to wait. `itemMs`: time per item at the replica. */
  refused(itemMs: number, now: number): void;
}

interface ReserveParams {
  /** Rise by a refused query, as a share of the time per item. */
  readonly rise: number;
  /** Time in which half of the reserve is forgotten. */
  readonly halfLifeMs: number;
}

const defaultReserveParams: ReserveParams = { rise: 0.25, halfLifeMs: 500 };

/** Creates a reserve of 0. It balances: the more is reserved, the fewer queries are refused, and the less it rises. */
export function createReserve({ rise, halfLifeMs }: ReserveParams = defaultReserveParams): Reserve {
  let reserveMs = 0;
  let since = 0;
  const at = (now: number): number => (reserveMs === 0 ? 0 : reserveMs * 0.5 ** ((now - since) / halfLifeMs));
  return {
    at,
    refused(itemMs, now) {
      [reserveMs, since] = [at(now) + rise * itemMs, now];
    },
  };
}
