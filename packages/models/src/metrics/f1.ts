// Macro F1: the harmonic mean of precision and recall per class, averaged over the classes.

import { answersOf, checkClassLabels, classOutputs, elementsOf, isClasses, sameClasses } from './classes.js';
import { defineMetric, type QualityMetric } from './quality-metric.js';
import { summariseBootstrap, type Summary } from './summary.js';

type Class = number | string;

interface Pair {
  /** NaN if the model's output is not a class. */
  readonly answer: Class;
  readonly expected: Class;
}

/** Averages over the classes that occur in answers or labels (`macro` in scikit-learn). */
export const f1: QualityMetric = defineMetric<Pair>({
  outputs: classOutputs,
  judges: isClasses,
  checkLabels: checkClassLabels,
  observe(output, labels) {
    const expected = elementsOf(labels);
    return Array.from<Class, Pair>(answersOf(output), (answer, sample) => ({
      answer,
      expected: expected[sample] ?? Number.NaN,
    }));
  },
  summarise: summariseF1,
  scores: influences,
  areHits: false,
  takesClasses: true,
  agree: sameClasses,
});

function summariseF1(pairs: readonly Pair[]): Summary {
  const { kinds, kindOf } = groupPairs(pairs);
  const f1OfCounts = createMeanF1(kinds);
  const counts = new Uint32Array(kinds.length);
  return summariseBootstrap(pairs.length, (indices) => {
    counts.fill(0);
    for (const index of indices) increase(counts, kindOf[index] ?? 0, 1);
    return f1OfCounts(counts);
  });
}

/** Groups equal pairs: returns the distinct pairs (`kinds`), and the index of each pair's kind. */
function groupPairs(pairs: readonly Pair[]): { readonly kinds: readonly Pair[]; readonly kindOf: Uint32Array } {
  const numbers = new Map<string, number>();
  const kinds: Pair[] = [];
  const kindOf = Uint32Array.from(pairs, (pair) => {
    const key = JSON.stringify([pair.answer, pair.expected]);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, kinds.length);
    return kinds.push(pair) - 1;
  });
  return { kinds, kindOf };
}

/** Returns a function that computes F1 from the number of pairs of each kind. */
function createMeanF1(kinds: readonly Pair[]): (counts: Uint32Array) => number {
  const classes = [...new Set(kinds.flatMap(({ answer, expected }) => [answer, expected]))];
  const indices = new Map(classes.map((value, index) => [value, index]));
  const indexed = kinds.map(({ answer, expected }) => [indices.get(answer) ?? 0, indices.get(expected) ?? 0] as const);
  const right = new Uint32Array(classes.length);
  /** Number of answers plus number of labels, by class. */
  const named = new Uint32Array(classes.length);
  return (counts) => {
    right.fill(0);
    named.fill(0);
    indexed.forEach(([answer, expected], kind) => {
      const count = counts[kind] ?? 0;
      if (answer === expected) increase(right, expected, count);
      increase(named, answer, count);
      increase(named, expected, count);
    });
    const present = classes.flatMap((value, index) => {
      const total = named[index] ?? 0;
      return total === 0 || Number.isNaN(value) ? [] : [(2 * (right[index] ?? 0)) / total];
    });
    return present.reduce((sum, value) => sum + value, 0) / present.length;
  };
}

/** Returns the influence values: the mean F1, plus the derivative of each class's F1 by the share of the pair. */
function influences(pairs: readonly Pair[]): readonly number[] {
  const right = new Map<Class, number>();
  const named = new Map<Class, number>();
  const add = (counts: Map<Class, number>, value: Class): unknown => counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const { answer, expected } of pairs) {
    if (answer === expected) add(right, expected);
    add(named, answer);
    add(named, expected);
  }
  named.delete(Number.NaN);
  const f1Of = (value: Class): number => (2 * (right.get(value) ?? 0)) / (named.get(value) ?? Infinity);
  const mean = [...named.keys()].reduce<number>((sum, value) => sum + f1Of(value), 0) / named.size;
  const derivative = (value: Class, isRight: boolean): number =>
    ((isRight ? 1 : 0) - f1Of(value)) / (named.get(value) ?? Infinity);
  return pairs.map(({ answer, expected }) => {
    const isRight = answer === expected;
    return mean + (pairs.length / named.size) * (derivative(answer, isRight) + derivative(expected, isRight));
  });
}

function increase(counts: Uint32Array, index: number, by: number): void {
  counts[index] = (counts[index] ?? 0) + by;
}
