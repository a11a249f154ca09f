// Which samples of a validation set calibrate, and which evaluate. One that did both would flatter what it calibrated.

import { createSeededRng } from '@pareto/core';

export interface ValidationSplit {
  /** Ascending row numbers. */
  readonly calibration: readonly number[];
  /** Ascending row numbers: all that don't calibrate. */
  readonly evaluation: readonly number[];
}

const calibrationShare = 0.1;
const maxCalibration = 200;
/** With fewer, all evaluate. */
const minSplit = 20;
const seed = 1;

/** The same for the same number of samples, whatever their order: sets are often sorted by class, or go through the classes in turn. */
export function splitValidation({ samples }: { readonly samples: number }): ValidationSplit {
  const count = samples < minSplit ? 0 : Math.min(maxCalibration, Math.floor(samples * calibrationShare));
  const shuffled = shuffledRows(samples);
  return { calibration: shuffled.slice(0, count).sort(ascending), evaluation: shuffled.slice(count).sort(ascending) };
}

const ascending = (a: number, b: number): number => a - b;

/** Source: Fisher and Yates, in Durstenfeld's form (1964). */
function shuffledRows(samples: number): number[] {
  const rng = createSeededRng(seed);
  const rows = Array.from({ length: samples }, (_, row) => row);
  for (let last = samples - 1; last > 0; last--) {
    const other = Math.floor(rng() * (last + 1));
    [rows[last], rows[other]] = [rows[other] ?? other, rows[last] ?? last];
  }
  return rows;
}
