// Metrics of a class per sample: the share of right answers, and that of samples whose class is among the best five.

import { toNumbers } from '../tensors/numbers.js';
import { checkClassLabels, classOutputs, equalClasses, isClasses, sameClasses } from './classes.js';
import { defineMetric, wide, type QualityMetric } from './quality-metric.js';
import { summariseHits } from './summary.js';

export const top1: QualityMetric = defineMetric({
  outputs: classOutputs,
  judges: isClasses,
  checkLabels: checkClassLabels,
  observe: (output, labels) => equalClasses(output, toNumbers(labels)),
  summarise: summariseHits,
  agree: sameClasses,
});

const best = 5;

export const top5: QualityMetric = defineMetric({
  outputs: `scores [samples, classes] of more than ${best} classes`,
  judges(output) {
    const [classes] = wide(output.dims);
    return isClasses(output) && classes !== undefined && (classes === -1 || classes > best);
  },
  checkLabels: checkClassLabels,
  observe(output, labels) {
    const scores = toNumbers(output);
    const expected = toNumbers(labels);
    const classes = scores.length / expected.length;
    return Array.from(expected, (label, sample) => Number(rankOf(scores, sample * classes, classes, label) < best));
  },
  summarise: summariseHits,
  agree: sameClasses,
});

/** How many scores stand before that of `label`; equal ones in their order. Infinity when one of them is not a number. */
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
