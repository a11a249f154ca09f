// Checks and comparisons of the metrics that compare numbers with expected numbers, sample by sample.

import { toNumbers } from '../tensors/numbers.js';
import type { Tensor } from '../tensors/npy.js';
import {
  describeForm,
  formOf,
  isDynamic,
  isNumeric,
  sameDims,
  labelsError,
  wide,
  type SampleForm,
} from './quality-metric.js';

/** Describes the outputs that these metrics compare, for errors. */
export const numberOutputs = 'numbers';

/** Throws `invalid-argument` unless the labels are numbers of the output's shape. */
export function checkNumberLabels(labels: Tensor, output: SampleForm): void {
  const form = formOf(labels);
  const fits = isNumeric(form) && (isDynamic(output) || sameDims(wide(form.dims), wide(output.dims)));
  if (fits) return;
  throw labelsError(
    `each sample must have numbers in the form of the output, ${describeForm(output)}, but has ${describeForm(form)}`,
  );
}

type Values = ArrayLike<number>;

/** Returns one value per sample: `value` receives both tensors and the range of the sample in them. */
export function perSample(
  output: Tensor,
  reference: Tensor,
  value: (output: Values, reference: Values, start: number, end: number) => number,
): readonly number[] {
  const [a, b] = [toNumbers(output), toNumbers(reference)];
  const samples = reference.dims[0] ?? 0;
  const length = b.length / samples;
  return Array.from({ length: samples }, (_, row) => value(a, b, row * length, (row + 1) * length));
}
