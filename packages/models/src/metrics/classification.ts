// Metrics of a class per sample: the share of right answers, the share of right ones among the best five, and F1.

import { toNumbers } from '../numbers.js';
import type { Tensor } from '../npy.js';
import { answersOf, checkClassLabels, isClasses } from './classes.js';
import { defineMetric, wide, type QualityMetric } from './quality-metric.js';
import { summariseBootstrap, summariseHits, type Summary } from './summary.js';

const sameAnswers = (output: Tensor, reference: Tensor): readonly number[] => {
  const expected = answersOf(reference);
  return Array.from(answersOf(output), (answer, sample) => Number(answer === expected[sample]));
};

const judged = 'scores [samples, classes], or classes [samples] as whole numbers';

export const top1: QualityMetric = defineMetric({
  outputs: judged,
  judges: isClasses,
  checkLabels: checkClassLabels,
  observe(output, labels) {
    const expected = toNumbers(labels);
    return Array.from(answersOf(output), (answer, sample) => Number(answer === expected[sample]));
  },
  summarise: summariseHits,
  agree: sameAnswers,
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
  agree: sameAnswers,
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

interface Pair {
  /** NaN for an answer that is no class. */
  readonly answer: number;
  readonly expected: number;
}

export const f1: QualityMetric = defineMetric<Pair>({
  outputs: judged,
  judges: isClasses,
  checkLabels: checkClassLabels,
  observe(output, labels) {
    const expected = toNumbers(labels);
    return Array.from(answersOf(output), (answer, sample) => ({ answer, expected: expected[sample] ?? Number.NaN }));
  },
  summarise: summariseF1,
  agree: sameAnswers,
});

/** Mean of the F1 of each class that stands among answers or labels. */
function summariseF1(pairs: readonly Pair[]): Summary {
  const classes = new Map<number, number>();
  const numbered = (value: number): number => {
    if (Number.isNaN(value)) return -1;
    const number = classes.get(value) ?? classes.size;
    classes.set(value, number);
    return number;
  };
  const expected = Int32Array.from(pairs, (pair) => numbered(pair.expected));
  const answers = Int32Array.from(pairs, (pair) => numbered(pair.answer));
  const right = new Uint32Array(classes.size);
  const named = new Uint32Array(classes.size);
  return summariseBootstrap(pairs.length, (indices) => {
    right.fill(0);
    named.fill(0);
    for (const index of indices) count(right, named, answers[index] ?? -1, expected[index] ?? -1);
    return meanF1(right, named);
  });
}

/** `named`: how often a class is answered, and how often it is expected, together. */
function count(right: Uint32Array, named: Uint32Array, answer: number, expected: number): void {
  if (answer === expected) right[expected] = (right[expected] ?? 0) + 1;
  if (answer >= 0) named[answer] = (named[answer] ?? 0) + 1;
  named[expected] = (named[expected] ?? 0) + 1;
}

function meanF1(right: Uint32Array, named: Uint32Array): number {
  let [sum, present] = [0, 0];
  for (let number = 0; number < named.length; number++) {
    const total = named[number] ?? 0;
    if (total === 0) continue;
    present++;
    sum += (2 * (right[number] ?? 0)) / total;
  }
  return present === 0 ? 0 : sum / present;
}
