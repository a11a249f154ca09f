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

/** Rise of the margin by a late query, as a share of its latency limit. */
const rise = 0.03;
/** Slack above the margin from which a late query shows a pause, by its latency limit: a larger margin would not help. */
const pauseShare = 0.25;
/** Time between two rises, because late queries often have one cause. */
const restMs = 20;
/** Time in which half of the margin is forgotten. */
const halfLifeMs = 20_000;

/**
 * Creates a margin of 0. A query that was late although it was admitted with little more than the margin raises it. It
 * falls with time, so that the router tries again with less.
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
      const margin = marginAt(now);
      if (now - raisedAt < restMs || slackMs > margin + pauseShare * latencyMs) return;
      marginMs = margin + rise * latencyMs;
      at = now;
      raisedAt = now;
    },
  };
}
