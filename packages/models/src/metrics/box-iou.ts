// Mean intersection over union of predicted and labelled boxes, compared by position.

import { toNumbers } from '../tensors/numbers.js';
import type { Tensor } from '../tensors/npy.js';
import {
  defineMetric,
  describeForm,
  formOf,
  isDynamic,
  isNumeric,
  sameDims,
  labelsError,
  wide,
  type QualityMetric,
} from './quality-metric.js';
import { summariseMean } from './summary.js';

export const boxIou: QualityMetric = defineMetric({
  outputs: 'boxes [samples, 4] or [samples, boxes, 4] as x1, y1, x2, y2',
  judges: (output) => isNumeric(output) && (output.dims.at(-1) === 4 || output.dims.at(-1) === -1),
  checkLabels(labels, output) {
    const form = formOf(labels);
    const fits = isDynamic(output) ? form.dims.at(-1) === 4 : sameDims(wide(form.dims), wide(output.dims));
    if (!fits || !isNumeric(form)) {
      throw labelsError(
        `each sample must have boxes in the form of the output, ${describeForm(output)}, but has ${describeForm(form)}`,
      );
    }
    checkBoxes(toNumbers(labels));
  },
  observe: meanIous,
  summarise: summariseMean,
  scores: (scores) => scores,
  areHits: false,
  agree: meanIous,
});

function checkBoxes(values: ArrayLike<number>): void {
  for (let start = 0; start < values.length; start += 4) {
    const box = boxAt(values, start);
    if (areaOf(box) > 0) continue;
    throw labelsError(`box ${start / 4} is [${box.join(', ')}], expected x1, y1, x2, y2 with x1 < x2 and y1 < y2`);
  }
}

/** Returns the mean IoU of each sample. */
function meanIous(output: Tensor, labels: Tensor): readonly number[] {
  const [answers, expected] = [toNumbers(output), toNumbers(labels)];
  const samples = labels.dims[0] ?? 0;
  const perSample = expected.length / samples;
  return Array.from({ length: samples }, (_, sample) => {
    let sum = 0;
    for (let start = sample * perSample; start < (sample + 1) * perSample; start += 4) {
      sum += iouOf(boxAt(answers, start), boxAt(expected, start));
    }
    return sum / (perSample / 4);
  });
}

type Box = readonly [x1: number, y1: number, x2: number, y2: number];

const boxAt = (values: ArrayLike<number>, start: number): Box => [
  values[start] ?? Number.NaN,
  values[start + 1] ?? Number.NaN,
  values[start + 2] ?? Number.NaN,
  values[start + 3] ?? Number.NaN,
];

/** Returns 0 for a box whose corners are in the wrong order, and NaN if an edge is NaN. */
const areaOf = ([x1, y1, x2, y2]: Box): number => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);

function iouOf(a: Box, b: Box): number {
  if (a.every((edge, index) => edge === b[index])) return 1;
  const common = areaOf([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
  const share = common / (areaOf(a) + areaOf(b) - common);
  return Number.isFinite(share) ? share : 0;
}
