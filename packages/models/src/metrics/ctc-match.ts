// CTC match: the share of samples whose whole sequence, such as text or speech read step by step, is right.

import { toNumbers } from '../tensors/numbers.js';
import type { Tensor } from '../tensors/npy.js';
import { checkRange, classesOf } from './classes.js';
import {
  defineMetric,
  describeForm,
  formOf,
  isFloat,
  isWhole,
  labelsError,
  wide,
  type QualityMetric,
  type SampleForm,
} from './quality-metric.js';
import { summariseHits } from './summary.js';

/** The class without a symbol. */
const blank = 0;

const outputs = `scores [samples, steps, classes], where class ${blank} is the blank`;

/**
 * The answer is the best path: the likeliest class of each step, without repeats and then without blanks. Source:
 * Graves et al., "Connectionist Temporal Classification" (ICML 2006), §3.2.
 */
export const ctcMatch: QualityMetric = defineMetric({
  outputs,
  judges: (output) => isFloat(output) && output.dims.length >= 2 && output.dims.slice(0, -2).every(isOne),
  checkLabels,
  observe: (output, labels) => equalRows(readingsOf(output), sequencesOf(labels)),
  summarise: summariseHits,
  scores: (scores) => scores,
  areHits: true,
  agree: (output, reference) => equalRows(readingsOf(output), readingsOf(reference)),
});

/** Returns true for a dimension that is or may be 1. */
const isOne = (dim: number): boolean => dim === 1 || dim === -1;

function checkLabels(labels: Tensor, output: SampleForm): void {
  const form = formOf(labels);
  const [steps = -1, classes = -1] = output.dims.slice(-2);
  const length = form.dims.reduce((product, dim) => product * dim, 1);
  if (!isWhole(form) || wide(form.dims).length > 1 || (steps !== -1 && length > steps)) {
    throw labelsError(
      `expected for each sample the classes in order, integers [${steps === -1 ? 'length' : `at most ${steps}`}] padded with ${blank}, got ${describeForm(form)}`,
    );
  }
  const values = toNumbers(labels);
  checkRange(values, classes === -1 ? Infinity : classes);
  for (let index = 1; index < values.length; index++) {
    if (index % length === 0 || values[index] === blank || values[index - 1] !== blank) continue;
    throw labelsError(`sample ${Math.floor(index / length)} has the blank, ${blank}, before its end`);
  }
}

type Sequence = readonly number[];

/** Returns the best path of each sample. */
function readingsOf(scores: Tensor): readonly Sequence[] {
  const best = classesOf(toNumbers(scores), scores.dims.at(-1) ?? 1);
  return rowsOf(best, scores.dims[0] ?? 1).map((row) =>
    row.filter((value, step) => value !== blank && value !== row[step - 1]),
  );
}

const sequencesOf = (labels: Tensor): readonly Sequence[] =>
  rowsOf(toNumbers(labels), labels.dims[0] ?? 1).map((row) => row.filter((value) => value !== blank));

function rowsOf(values: ArrayLike<number>, samples: number): readonly Sequence[] {
  const perRow = values.length / samples;
  return Array.from({ length: samples }, (_, row) =>
    Array.from({ length: perRow }, (_, index) => values[row * perRow + index] ?? Number.NaN),
  );
}

/** Returns 1 for each pair of equal sequences, otherwise 0. NaN equals nothing. */
const equalRows = (answers: readonly Sequence[], expected: readonly Sequence[]): readonly number[] =>
  expected.map((row, sample) => {
    const answer = answers[sample] ?? [];
    return Number(answer.length === row.length && answer.every((value, index) => value === row[index]));
  });
