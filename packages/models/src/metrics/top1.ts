// Top-1 accuracy: the share of samples whose answer is the expected class.

import { checkClassLabels, classOutputs, elementsOf, equalClasses, isClasses, sameClasses } from './classes.js';
import { defineMetric, type QualityMetric } from './quality-metric.js';
import { summariseHits } from './summary.js';

export const top1: QualityMetric = defineMetric({
  outputs: classOutputs,
  judges: isClasses,
  checkLabels: checkClassLabels,
  observe: (output, labels) => equalClasses(output, elementsOf(labels)),
  summarise: summariseHits,
  scores: (scores) => scores,
  areHits: true,
  takesClasses: true,
  agree: sameClasses,
});
