// Whether a variant was measured on the samples that its task has now.

import type { Measurement, Task } from '@pareto/core';
import { sampleSetId } from '../compare/sample-scores.js';

/**
 * Returns false if the task got a validation set or a metric after the measurement began. A measurement with an accuracy
 * and without scores, by a worker of an older release, counts as measured for the task.
 */
export function isMeasuredFor(
  { validation, metric }: Pick<Task, 'validation' | 'metric'>,
  { result }: Pick<Measurement, 'result'>,
): boolean {
  if (validation === undefined || result.kind === 'failed') return true;
  const { accuracy, scores } = result;
  return accuracy !== undefined && (scores?.set.startsWith(sampleSetId(validation, metric, '')) ?? true);
}
