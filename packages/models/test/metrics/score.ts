// Scores all answers in one call, for tests.

import type { Accuracy, Metric } from '@pareto/core';
import { createAgreement, createScorer, type Tensor } from '../../src/index.js';
import { spreadFor } from '../../src/metrics/label-spread.js';
import type { LabelSpread } from '../../src/metrics/quality-metric.js';

/** Scores regression by the spread of the labels themselves, unless another one is given. */
export function score(
  metric: Metric,
  output: Tensor,
  labels: Tensor,
  spread: LabelSpread | undefined = spreadFor(metric, labels, [...Array(labels.dims[0] ?? 0).keys()]),
): Accuracy {
  const scorer = createScorer(metric, spread);
  scorer.add([output], labels);
  return scorer.result();
}

export function agreementOf(metric: Metric, output: Tensor, reference: Tensor): number {
  const agreement = createAgreement(metric);
  agreement.add([output], [reference]);
  return agreement.result();
}
