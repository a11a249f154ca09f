// Top-5 accuracy: the share of samples whose expected class is among the five with the highest scores.

import { toNumbers } from '../tensors/numbers.js';
import { checkClassLabels, isClasses, sameClasses } from './classes.js';
import { defineMetric, isNumeric, wide, type QualityMetric } from './quality-metric.js';
import { summariseHits } from './summary.js';

const best = 5;

export const top5: QualityMetric = defineMetric({
  outputs: `scores [samples, classes] of more than ${best} classes`,
  judges(output) {
    const [classes] = wide(output.dims);
    return isNumeric(output) && isClasses(output) && classes !== undefined && (classes === -1 || classes > best);
  },
  checkLabels: checkClassLabels,
  observe(output, labels) {
    const scores = toNumbers(output);
    const expected = toNumbers(labels);
    const classes = scores.length / expected.length;
    return Array.from(expected, (label, sample) => Number(rankOf(scores, sample * classes, classes, label) < best));
  },
  summarise: summariseHits,
  scores: (scores) => scores,
  areHits: true,
  takesClasses: true,
  agree: sameClasses,
});

/**
 * Returns the number of scores that rank before that of `label`; equal scores rank by index. Infinity if any score is
 * NaN.
 */
function rankOf(scores: ArrayLike<number>, start: number, classes: number, label: number): number {
  const own = scores[start + label] ?? Number.NaN;
  let before = 0;
  for (let index = 0; index < classes; index++) {
    const score = scores[start + index] ?? Number.NaN;
    if (Number.isNaN(score)) return Infinity;
    if (score > own || (score === own && index < label)) before++;
  }
  return before;
}
