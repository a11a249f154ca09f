// Reads outputs as classes, for the metrics of one class per sample: scores per class, one score of class 1 of two, or
// the class itself, by its number or its name.

import { toNumbers } from '../tensors/numbers.js';
import type { Tensor } from '../tensors/npy.js';
import { toTexts } from '../tensors/texts.js';
import {
  describeForm,
  formOf,
  isDynamic,
  isFloat,
  isNumeric,
  isWhole,
  labelsError,
  wide,
  type SampleForm,
} from './quality-metric.js';

/** Describes the supported outputs, for errors. */
export const classOutputs =
  'scores [samples, classes], one score in [0, 1] per sample, or classes [samples] as integers or text';

/**
 * Returns true for scores per class, one fraction (the score of class 1 of two), and one integer or text (the class). Scores of
 * quantised models are small integers, but several 64-bit integers are positions, such as the classes of several targets.
 */
export function isClasses(output: SampleForm): boolean {
  const maxWide = isNumeric(output) && output.datatype !== 'INT64' ? 1 : 0;
  return output.datatype !== 'BF16' && wide(output.dims).filter((dim) => dim !== -1).length <= maxWide;
}

/** Classes by number or name. */
export type Classes = ArrayLike<number> | readonly string[];

/** Returns the elements of labels, or of an output that has one element per sample. */
export const elementsOf = (tensor: Tensor): Classes =>
  tensor.datatype === 'BYTES' ? toTexts(tensor) : toNumbers(tensor);

/** Returns the class of each row of `count` scores; a single value is the class itself. NaN for a row that has NaN. */
export function classesOf(values: ArrayLike<number>, count: number): Float64Array {
  if (count === 1) return Float64Array.from(values);
  return Float64Array.from({ length: values.length / count }, (_, row) => indexOfLargest(values, row * count, count));
}

/** Returns true for a single fraction, such as a detector's: at least 0.5 is class 1, less is class 0. */
const isOneScore = (form: SampleForm): boolean => isFloat(form) && wide(form.dims).length === 0;

/** Returns the class of each sample. */
export function answersOf(output: Tensor): Classes {
  if (output.datatype === 'BYTES') return toTexts(output);
  const values = toNumbers(output);
  if (isOneScore(formOf(output))) return Float64Array.from(values, classOfScore);
  return classesOf(values, values.length / (output.dims[0] ?? 1));
}

const classOfScore = (score: number): number => (Number.isNaN(score) ? score : Number(score >= 0.5));

/** Returns 1 for each sample whose class is the expected one, otherwise 0. */
export const equalClasses = (output: Tensor, expected: Classes): readonly number[] =>
  Array.from<number | string, number>(answersOf(output), (answer, sample) => Number(answer === expected[sample]));

/** Compares like `equalClasses`, with the output of another model. */
export const sameClasses = (output: Tensor, reference: Tensor): readonly number[] =>
  equalClasses(output, answersOf(reference));

/**
 * Returns the index of the largest of `count` values from `start`, the first among equals. NaN if one of them is NaN.
 */
function indexOfLargest(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let index = 0; index < count; index++) {
    const value = values[start + index] ?? Number.NaN;
    if (Number.isNaN(value)) return Number.NaN;
    if (value > (values[start + best] ?? Number.NaN)) best = index;
  }
  return best;
}

/** Throws `invalid-argument` unless the labels are one class per sample that the output can express. */
export function checkClassLabels(labels: Tensor, output: SampleForm): void {
  const form = formOf(labels);
  const isText = form.datatype === 'BYTES';
  const isOne = wide(form.dims).length === 0;
  if (isOne && isText && output.datatype === 'BYTES') return;
  if (isOne && isText)
    throw labelsError(
      `they are texts, but the model answers with ${describeForm(output)}, which has no names of classes: pass them with --labels ${output.name ?? 'OUTPUT'}=FILE, or label with the positions of the classes`,
    );
  if (isOne && output.datatype === 'BYTES')
    throw labelsError(`they are ${describeForm(form)}, but the model answers with texts: label with those texts`);
  if (!isWhole(form) || !isOne) {
    throw labelsError(
      `expected one class per sample, integers [samples], got ${describeForm({ ...labels })}${isFloat(form) ? ` (convert them with label.astype('int64'))` : ''}`,
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
    throw labelsError(
      `label has class ${label} at index ${index}, but the model returns one score, of class 1 of two; expected 0 or 1`,
    );
  }
}

/** Throws `invalid-argument` for a label that is not below `classes`. */
export function checkRange(labels: ArrayLike<number>, classes: number): void {
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index] ?? Number.NaN;
    if (label >= 0 && label < classes) continue;
    throw labelsError(
      `label has class ${label} at index ${index}, but the model has ${classes} outputs; expected 0 to ${classes - 1}`,
    );
  }
}
