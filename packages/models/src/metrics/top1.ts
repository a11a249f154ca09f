// Top-1 accuracy: the share of samples whose answer is the expected class.

import { toNumbers } from '../tensors/numbers.js';
import { checkClassLabels, classOutputs, equalClasses, isClasses, sameClasses } from './classes.js';
import { defineMetric, type QualityMetric } from './quality-metric.js';
import { summariseHits } from './summary.js';

export const top1: QualityMetric = defineMetric({
  outputs: classOutputs,
  judges: isClasses,
  checkLabels: checkClassLabels,
  observe: (output, labels) => equalClasses(output, toNumbers(labels)),
  summarise: summariseHits,
  scores: (scores) => scores,
  areHits: true,
  agree: sameClasses,
});
