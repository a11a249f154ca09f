// F1: the harmonic mean of precision and recall of each class, and the mean of that over the classes.

import { toNumbers } from '../tensors/numbers.js';
import { answersOf, checkClassLabels, classOutputs, isClasses, sameClasses } from './classes.js';
import { defineMetric, type QualityMetric } from './quality-metric.js';
import { summariseBootstrap, type Summary } from './summary.js';

interface Pair {
  /** NaN for an answer that is no class. */
  readonly answer: number;
  readonly expected: number;
}

/** Of the classes that stand among answers or labels (`macro` in scikit-learn). */
export const f1: QualityMetric = defineMetric<Pair>({
  outputs: classOutputs,
  judges: isClasses,
  checkLabels: checkClassLabels,
  observe(output, labels) {
    const expected = toNumbers(labels);
    return Array.from(answersOf(output), (answer, sample) => ({ answer, expected: expected[sample] ?? Number.NaN }));
  },
  summarise: summariseF1,
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

/** The pairs that differ, and of which kind each pair is. */
function groupPairs(pairs: readonly Pair[]): { readonly kinds: readonly Pair[]; readonly kindOf: Uint32Array } {
  const numbers = new Map<string, number>();
  const kinds: Pair[] = [];
  const kindOf = Uint32Array.from(pairs, (pair) => {
    const key = `${pair.answer} ${pair.expected}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, kinds.length);
    return kinds.push(pair) - 1;
  });
  return { kinds, kindOf };
}

/** The F1 by how often there is each kind of pair. */
function createMeanF1(kinds: readonly Pair[]): (counts: Uint32Array) => number {
  const classes = [...new Set(kinds.flatMap(({ answer, expected }) => [answer, expected]))];
  const places = new Map(classes.map((value, place) => [value, place]));
  const placed = kinds.map(({ answer, expected }) => [places.get(answer) ?? 0, places.get(expected) ?? 0] as const);
  const right = new Uint32Array(classes.length);
  /** How often a class is answered, and how often it is expected, together. */
  const named = new Uint32Array(classes.length);
  return (counts) => {
    right.fill(0);
    named.fill(0);
    placed.forEach(([answer, expected], kind) => {
      const count = counts[kind] ?? 0;
      if (answer === expected) increase(right, expected, count);
      increase(named, answer, count);
      increase(named, expected, count);
    });
    const present = classes.flatMap((value, place) => {
      const total = named[place] ?? 0;
      return total === 0 || Number.isNaN(value) ? [] : [(2 * (right[place] ?? 0)) / total];
    });
    return present.reduce((sum, value) => sum + value, 0) / present.length;
  };
}

function increase(counts: Uint32Array, place: number, by: number): void {
  counts[place] = (counts[place] ?? 0) + by;
}
