// Answers as classes: scores of which one is the largest, one score that says yes or no, or the class itself.

import { toNumbers } from '../tensors/numbers.js';
import type { Tensor } from '../tensors/npy.js';
import {
  describeForm,
  formOf,
  isDynamic,
  isFloat,
  isNumeric,
  isWhole,
  unfitLabels,
  wide,
  type SampleForm,
} from './quality-metric.js';

/** For messages. */
export const classOutputs =
  'scores [samples, classes], one score in [0, 1] per sample, or classes [samples] as whole numbers';

/** Scores of classes, one fraction: that of class 1 of two, or one whole number: the class. */
export function isClasses(output: SampleForm): boolean {
  return isNumeric(output) && wide(output.dims).filter((dim) => dim !== -1).length <= 1;
}

/** The class of each row of `count` scores, or of each value when that is 1; NaN for a row with a value that is not a number. */
export function classesOf(values: ArrayLike<number>, count: number): Float64Array {
  if (count === 1) return Float64Array.from(values);
  return Float64Array.from({ length: values.length / count }, (_, row) => indexOfLargest(values, row * count, count));
}

/** Whether it is a single fraction, as of a detector: at least half is class 1, less is class 0. */
const isOneScore = (form: SampleForm): boolean => isFloat(form) && wide(form.dims).length === 0;

/** The class of each sample. */
export function answersOf(output: Tensor): Float64Array {
  const values = toNumbers(output);
  if (isOneScore(formOf(output))) return Float64Array.from(values, classOfScore);
  return classesOf(values, values.length / (output.dims[0] ?? 1));
}

const classOfScore = (score: number): number => (Number.isNaN(score) ? score : Number(score >= 0.5));

/** 1 for each sample whose class is the expected one, else 0. */
export const equalClasses = (output: Tensor, expected: ArrayLike<number>): readonly number[] =>
  Array.from(answersOf(output), (answer, sample) => Number(answer === expected[sample]));

/** As `equalClasses`, with what another model answered. */
export const sameClasses = (output: Tensor, reference: Tensor): readonly number[] =>
  equalClasses(output, answersOf(reference));

/** Of `count` values from `start`, the first among equals; NaN when one of them is not a number. */
function indexOfLargest(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let index = 0; index < count; index++) {
    const value = values[start + index] ?? Number.NaN;
    if (Number.isNaN(value)) return Number.NaN;
    if (value > (values[start + best] ?? Number.NaN)) best = index;
  }
  return best;
}

/** One class per sample, of those that the output scores. */
export function checkClassLabels(labels: Tensor, output: SampleForm): void {
  const form = formOf(labels);
  if (!isWhole(form) || wide(form.dims).length > 0) {
    throw unfitLabels(
      `expected a class per sample, whole numbers [samples], got ${describeForm({ ...labels })}${isWhole(form) ? '' : ` (label.astype('int64') converts)`}`,
    );
  }
  if (isDynamic(output)) return;
  const [classes] = wide(output.dims);
  if (isOneScore(output)) checkYesOrNo(toNumbers(labels));
  else if (classes !== undefined) checkRange(toNumbers(labels), classes);
}

function checkYesOrNo(labels: ArrayLike<number>): void {
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index] ?? Number.NaN;
    if (label === 0 || label === 1) continue;
    throw unfitLabels(
      `label holds class ${label} at place ${index}, but the model gives one score, of class 1 of two: 0 and 1`,
    );
  }
}

/** Throws `invalid-argument` for a label that is none of `classes`. */
export function checkRange(labels: ArrayLike<number>, classes: number): void {
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index] ?? Number.NaN;
    if (label >= 0 && label < classes) continue;
    throw unfitLabels(
      `label holds class ${label} at place ${index}, but the model has ${classes} outputs, classes 0 to ${classes - 1}`,
    );
  }
}
