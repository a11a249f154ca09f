// The margin by which predictions are too short, learnt from the answers.

export interface PredictionError {
  /** Time to add to predictions, so that 99 % of answers take at most what was predicted. At least 0. */
  readonly marginMs: number;
  /** Corrects the margin by an answer that took `excessMs` longer than predicted without it. */
  observe(excessMs: number): void;
  /** Corrects the margin by an admitted query that could not be answered in time. */
  missed(): void;
}

const quantile = 0.99;
/** Step of the margin per answer, relative to the mean distance of answers from it. */
const step = 0.3;
const distanceWeight = 0.05;

/** Tracks a quantile in steps that are as large as the values are scattered. Source: Robbins and Monro 1951. */
export function createPredictionError(): PredictionError {
  let marginMs = 0;
  let distanceMs = 1;
  const move = (direction: number): void => void (marginMs = Math.max(0, marginMs + step * direction * distanceMs));
  return {
    get marginMs() {
      return marginMs;
    },
    observe(excessMs) {
      // A prediction that was far too long says little about its error.
      const distance = Math.max(excessMs - marginMs, -marginMs - distanceMs);
      distanceMs += distanceWeight * (Math.abs(distance) - distanceMs);
      move(excessMs > marginMs ? quantile : quantile - 1);
    },
    missed: () => move(quantile),
  };
}
