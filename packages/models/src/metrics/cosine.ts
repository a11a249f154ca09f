// Cosine similarity of the model's numbers and the expected ones.

import type { Tensor } from '../tensors/npy.js';
import { defineMetric, isNumeric, type QualityMetric } from './quality-metric.js';
import { summariseMean } from './summary.js';
import { checkNumberLabels, numberOutputs, perSample } from './vectors.js';

/** The numbers of each sample are compared as one vector. Cosines below 0 count as 0. */
export const cosine: QualityMetric = defineMetric({
  outputs: numberOutputs,
  judges: isNumeric,
  checkLabels: checkNumberLabels,
  observe: cosines,
  summarise: summariseMean,
  scores: (scores) => scores,
  areHits: false,
  agree: cosines,
});

function cosines(output: Tensor, reference: Tensor): readonly number[] {
  return perSample(output, reference, (a, b, start, end) => {
    let [product, squares, references] = [0, 0, 0];
    for (let index = start; index < end; index++) {
      const [x, y] = [a[index] ?? Number.NaN, b[index] ?? Number.NaN];
      product += x * y;
      squares += x * x;
      references += y * y;
    }
    if (squares === 0 && references === 0) return 1;
    const value = product / Math.sqrt(squares * references);
    return Number.isNaN(value) ? 0 : Math.min(1, Math.max(0, value));
  });
}
