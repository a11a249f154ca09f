// The margin that predictions need so that nearly all admitted queries meet their objective, learnt from the answers.

export interface PredictionError {
  /** Time to add to predictions. At least 0. */
  readonly marginMs: number;
  /** Corrects the margin by an admitted query that was answered `excessMs` later than predicted without the margin. */
  observe(excessMs: number, isLate: boolean): void;
  /** Corrects the margin by an admitted query that its worker rejected, because it could not be answered in time. */
  missed(): void;
}

/** Share of the admitted queries that meet their objective, and quantile of the excess that limits the margin. */
const kept = 0.997;
/** Step per answer, relative to the mean distance of the excess from its quantile. */
const step = 0.1;
const distanceWeight = 0.05;
/** Step of the needed part per answer. */
const partStep = 0.05;
/** Maximum distance that counts, relative to the mean: a pause says little about the usual error. */
const maxDistances = 10;

/**
 * Tracks the quantile of the excess in steps (Robbins and Monro 1951), and the part of it that is needed: a late answer
 * raises the part, and others lower it. Queries with a loose objective exceed their prediction while those that are due
 * before overtake them, but are not late.
 */
export function createPredictionError(): PredictionError {
  let quantileMs = 0;
  let distanceMs = 1;
  let part = 1;
  function move(isAbove: boolean, isLate: boolean): void {
    quantileMs = Math.max(0, quantileMs + step * (isAbove ? kept : kept - 1) * distanceMs);
    part = Math.max(0, Math.min(1, part + partStep * (isLate ? kept : kept - 1)));
  }
  return {
    get marginMs() {
      return part * quantileMs;
    },
    observe(excessMs, isLate) {
      // A prediction that was far too long says little about the usual error either.
      const below = Math.min(quantileMs - excessMs, quantileMs + distanceMs);
      const distance = Math.min(maxDistances * distanceMs, Math.max(excessMs - quantileMs, below));
      distanceMs += distanceWeight * (distance - distanceMs);
      move(excessMs > quantileMs, isLate);
    },
    missed: () => move(true, true),
  };
}
