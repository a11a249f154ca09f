// Metrics of numbers compared with reference numbers: cosine similarity, and mean squared error turned so that more is better.

import { toNumbers } from '../tensors/numbers.js';
import type { Tensor } from '../tensors/npy.js';
import {
  defineMetric,
  describeForm,
  formOf,
  isDynamic,
  isNumeric,
  sameDims,
  unfitLabels,
  wide,
  type QualityMetric,
  type SampleForm,
} from './quality-metric.js';
import { summariseBootstrap, summariseMean } from './summary.js';

const outputs = 'numbers';

function checkNumbers(labels: Tensor, output: SampleForm): void {
  const form = formOf(labels);
  const fits = isNumeric(form) && (isDynamic(output) || sameDims(wide(form.dims), wide(output.dims)));
  if (fits) return;
  throw unfitLabels(
    `expected per sample numbers like the output's, ${describeForm(output)}, got ${describeForm(form)}`,
  );
}

/** Cosine of each sample's numbers, as a long vector, with the reference's; below 0 counts as 0. */
export const cosine: QualityMetric = defineMetric({
  outputs,
  judges: isNumeric,
  checkLabels: checkNumbers,
  observe: cosines,
  summarise: summariseMean,
  agree: cosines,
});

function cosines(output: Tensor, reference: Tensor): readonly number[] {
  return overRows(output, reference, (a, b, start, end) => {
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

/** The mean squared error within each sample. */
const squaredErrors = (output: Tensor, reference: Tensor): readonly number[] =>
  overRows(output, reference, (a, b, start, end) => {
    let sum = 0;
    for (let index = start; index < end; index++) sum += ((a[index] ?? Number.NaN) - (b[index] ?? Number.NaN)) ** 2;
    return sum / (end - start);
  });

/** 1 / (1 + the mean squared error over all samples). Answers with what is not finite have no error, and count as 0. */
export const mse: QualityMetric = defineMetric({
  outputs,
  judges: isNumeric,
  checkLabels: checkNumbers,
  observe: squaredErrors,
  summarise: (errors) => summariseBootstrap(errors.length, (indices) => closeness(errors, indices)),
  agree: (output, reference) =>
    squaredErrors(output, reference).map((error) => (isFinite(error) ? 1 / (1 + error) : 0)),
});

function closeness(errors: readonly number[], indices: Uint32Array): number {
  let [sum, finite] = [0, 0];
  for (const index of indices) {
    const error = errors[index] ?? Number.NaN;
    if (!Number.isFinite(error)) continue;
    sum += error;
    finite++;
  }
  return finite === 0 ? 0 : finite / indices.length / (1 + sum / finite);
}

type Values = ArrayLike<number>;

function overRows(
  output: Tensor,
  reference: Tensor,
  value: (output: Values, reference: Values, start: number, end: number) => number,
): readonly number[] {
  const [a, b] = [toNumbers(output), toNumbers(reference)];
  const samples = reference.dims[0] ?? 0;
  const perRow = b.length / samples;
  return Array.from({ length: samples }, (_, row) => value(a, b, row * perRow, (row + 1) * perRow));
}
