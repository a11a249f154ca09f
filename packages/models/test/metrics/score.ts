// Scores all answers in one call, for tests.

import type { Accuracy, Metric } from '@pareto/core';
import { createAgreement, createScorer, type Tensor } from '../../src/index.js';

export function score(metric: Metric, output: Tensor, labels: Tensor): Accuracy {
  const scorer = createScorer(metric);
  scorer.add([output], labels);
  return scorer.result();
}

export function agreementOf(metric: Metric, output: Tensor, reference: Tensor): number {
  const agreement = createAgreement(metric);
  agreement.add([output], [reference]);
  return agreement.result();
}
