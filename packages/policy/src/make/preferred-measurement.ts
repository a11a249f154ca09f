// The measurement that counts, of several on one hardware class.

import type { Measurement } from '@pareto/core';
import { isProvisional } from './list-measures.js';

interface Written {
  readonly value: Pick<Measurement, 'result'>;
  /** A greater revision is newer. */
  readonly modRevision: number;
}

/**
 * Returns the newest one that succeeded, else the newest provisional one, else the newest that failed. Undefined if there
 * are none.
 */
export function preferredMeasurement<T extends Written>(all: readonly T[]): T | undefined {
  return all.toSorted((a, b) => rankOf(b.value) - rankOf(a.value) || b.modRevision - a.modRevision)[0];
}

function rankOf(measurement: Written['value']): number {
  if (measurement.result.kind === 'failed') return 0;
  return isProvisional(measurement) ? 1 : 2;
}
