// The margin that predictions need so that nearly all admitted queries meet their objective, learnt from late ones.

export interface PredictionError {
  /** Returns the time to add to predictions. At least 0. */
  marginMs(now: number): number;
  /**
   * Records that a query was late, which was admitted with `slackMs` more than predicted without the margin. A query
   * that its worker rejected because it could no longer be answered in time is late too.
   */
  late(slackMs: number, latencyMs: number, now: number): void;
}

/** Part of the distance to the slack of a late query by which the margin rises, and the least rise by its latency limit. */
const rise = 0.5;
const leastRise = 0.02;
/** Time between two rises. The late queries of a pause have one cause, which a larger margin would not have prevented. */
const restMs = 20;
/** Time in which half of the margin is forgotten. */
const halfLifeMs = 20_000;

/**
 * Creates a margin of 0. A late query raises it towards the slack at which that query was admitted, so that such queries
 * are rejected. It falls with time, so that the router tries again with less.
 */
export function createPredictionError(): PredictionError {
  let marginMs = 0;
  let at = -Infinity;
  let raisedAt = -Infinity;
  function marginAt(now: number): number {
    return marginMs === 0 ? 0 : marginMs * 0.5 ** ((now - at) / halfLifeMs);
  }
  return {
    marginMs: marginAt,
    late(slackMs, latencyMs, now) {
      if (now - raisedAt < restMs) return;
      const margin = marginAt(now);
      marginMs = margin + Math.max(leastRise * latencyMs, rise * (slackMs - margin));
      at = now;
      raisedAt = now;
    },
  };
}
