// The maximum batch size of a model queue in Clipper: additive increase, multiplicative decrease.

/** `code`: read in the authors' repository. `paper`: Clipper (NSDI'17), section 4.3.1. `assumed`: neither. */
export interface AimdParams {
  /** Maximum batch size of a new queue, in queries. Assumed, as in the Proteus artefact. */
  readonly initialBatch: number;
  /** Queries that are added to the maximum batch size. The paper states no number: assumed. */
  readonly increase: number;
  /** Factor of the maximum batch size after a batch that took too long. Paper: "reducing the batch size by 10 %". */
  readonly decrease: number;
}

export const defaultAimdParams: AimdParams = { initialBatch: 1, increase: 1, decrease: 0.9 };

/** A batch that has ended. */
export interface AimdBatch {
  readonly queries: number;
  readonly latencyMs: number;
  /** Strictest latency objective of its queries. */
  readonly objectiveMs: number;
}

/**
 * Returns the maximum size of the next batch. A batch that was smaller than the maximum shows nothing about larger ones, and does not
 * increase it. `limit` is the largest batch that the model supports.
 */
export function nextMaxBatch(
  current: number,
  { queries, latencyMs, objectiveMs }: AimdBatch,
  limit: number,
  { increase, decrease }: AimdParams = defaultAimdParams,
): number {
  if (latencyMs > objectiveMs) return Math.max(1, Math.floor(current * decrease));
  return queries < current ? current : Math.min(limit, current + increase);
}
