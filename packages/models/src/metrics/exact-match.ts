// Exact match: the share of samples whose elements are all right.

import { toNumbers } from '../tensors/numbers.js';
import type { Tensor } from '../tensors/npy.js';
import { toTexts } from '../tensors/texts.js';
import { checkRange, classesOf } from './classes.js';
import {
  defineMetric,
  describeForm,
  formOf,
  isDynamic,
  isFloat,
  isNumeric,
  sameDims,
  labelsError,
  wide,
  type QualityMetric,
  type SampleForm,
} from './quality-metric.js';
import { summariseHits } from './summary.js';

type Elements = ArrayLike<number> | readonly string[];

/**
 * Returns true if the labels have the output's shape without its last axis, along which the largest score is the
 * answer.
 */
const isScored = (output: SampleForm, labels: SampleForm): boolean =>
  isNumeric(output) && sameDims(wide(output.dims).slice(0, -1), wide(labels.dims)) && wide(output.dims).length > 0;

export const exactMatch: QualityMetric = defineMetric({
  outputs: 'elements like the labels (text too), or scores with one more axis, the classes, at the end',
  judges: ({ datatype }) => datatype !== 'BF16',
  checkLabels(labels, output) {
    const form = formOf(labels);
    const alike = isNumeric(output) === isNumeric(form);
    if (alike && isDynamic(output)) return;
    if (alike && sameDims(wide(output.dims), wide(form.dims))) return;
    if (!isScored(output, form) || !isNumeric(form)) {
      throw labelsError(
        `expected for each sample ${describeForm(output)} or, as the index of the largest score, [${output.dims.slice(0, -1).join(', ')}], got ${describeForm(form)}`,
      );
    }
    checkRange(toNumbers(labels), wide(output.dims).at(-1) ?? 1);
  },
  observe(output, labels) {
    const [answer, expected] = [formOf(output), formOf(labels)];
    const scored = !sameDims(wide(answer.dims), wide(expected.dims)) && isScored(answer, expected);
    return equalRows(elementsOf(output, scored), elementsOf(labels, false), labels.dims[0] ?? 0);
  },
  summarise: summariseHits,
  scores: (scores) => scores,
  areHits: true,
  // Variants never compute exactly equal fractions, so scores are compared by the index of the largest.
  agree(output, reference) {
    const scored = isFloat(reference) && wide(reference.dims.slice(1)).length > 0;
    return equalRows(elementsOf(output, scored), elementsOf(reference, scored), reference.dims[0] ?? 0);
  },
});

function elementsOf(tensor: Tensor, scored: boolean): Elements {
  if (tensor.datatype === 'BYTES') return toTexts(tensor);
  const values = toNumbers(tensor);
  return scored ? classesOf(values, wide(tensor.dims.slice(1)).at(-1) ?? 1) : values;
}

/** Returns 1 for each sample whose elements are all equal, otherwise 0. NaN equals nothing. */
function equalRows(answers: Elements, expected: Elements, samples: number): readonly number[] {
  const perRow = expected.length / samples;
  return Array.from({ length: samples }, (_, sample) => {
    for (let index = sample * perRow; index < (sample + 1) * perRow; index++) {
      if (answers[index] !== expected[index]) return 0;
    }
    return 1;
  });
}
