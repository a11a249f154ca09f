// How far the answers of a made file are the original's: output by output, over many samples.

import { toNumbers } from '@pareto/models';
import type { TensorOutput } from '@pareto/runtime';

export interface ComparisonResult {
  /** Least of all outputs: the cosine of the angle between both; of outputs that are no floats, the share of equal elements. */
  readonly similarity: number;
  /** What is wrong with the made file, for people; undefined: nothing. */
  readonly problem: string | undefined;
}

export interface Comparison {
  /** The answers to the same samples, the original's first. */
  add(original: readonly TensorOutput[], generated: readonly TensorOutput[], samples: number): void;
  result(): ComparisonResult;
}

export interface ComparisonBounds {
  /** The least similarity of an output that will do. */
  readonly bound: number;
  /** Each answer by itself is to be the original's, but for the rounding of floats. */
  readonly isExact?: boolean;
}

/** What is known of one output. */
interface Tally extends Sums {
  readonly name: string;
  readonly isFloat: boolean;
  samples: number;
  /** Samples in which the made file has what the original hasn't: no number, or no finite one. */
  nan: number;
  infinite: number;
  /** Of one sample: the greatest distance from the original's answer. */
  farthest: number;
}

/** Over the elements that are finite in both, but for the last two. */
interface Sums {
  product: number;
  square: number;
  generatedSquare: number;
  distance: number;
  elements: number;
  equal: number;
}

const noSums = (): Sums => ({ product: 0, square: 0, generatedSquare: 0, distance: 0, elements: 0, equal: 0 });

export function createComparison(bounds: ComparisonBounds): Comparison {
  const tallies = new Map<string, Tally>();
  let unlike: string | undefined;
  return {
    add(original, generated, samples) {
      for (const output of original) {
        const other = generated.find(({ name }) => name === output.name);
        unlike ??= differenceOf(output, other);
        if (other === undefined || unlike !== undefined) continue;
        const tally = tallies.get(output.name) ?? createTally(output);
        tallies.set(output.name, tally);
        count(tally, output, other, samples);
      }
    },
    result() {
      const all = [...tallies.values()];
      const problems = all.map((tally) => problemOf(tally, bounds));
      return {
        similarity: Math.min(1, ...all.map(similarityOf)),
        problem: unlike ?? (all.length === 0 ? 'there was nothing to compare' : problems.find(isProblem)),
      };
    },
  };
}

const isProblem = (problem: string | undefined): boolean => problem !== undefined;

const createTally = ({ name, datatype }: TensorOutput): Tally => ({
  ...{ name, isFloat: datatype.startsWith('FP'), samples: 0, nan: 0, infinite: 0, farthest: 0 },
  ...noSums(),
});

const formOf = ({ datatype, shape }: TensorOutput): string => `${datatype} [${shape.join()}]`;

function differenceOf(output: TensorOutput, generated: TensorOutput | undefined): string | undefined {
  if (generated === undefined) return `output ${output.name} is missing`;
  if (formOf(output) === formOf(generated)) return undefined;
  return `output ${output.name} is ${formOf(generated)}, the original's is ${formOf(output)}`;
}

function count(tally: Tally, output: TensorOutput, generated: TensorOutput, samples: number): void {
  tally.samples += samples;
  // Of text there is one element, the whole.
  if (output.datatype === 'BYTES' || output.datatype === 'BF16') {
    tally.elements += 1;
    tally.equal += output.data.equals(generated.data) ? 1 : 0;
    return;
  }
  const [expected, got] = [numbersOf(output), numbersOf(generated)];
  const length = expected.length / samples;
  for (let start = 0; start < expected.length; start += length) countSample(tally, expected, got, { start, length });
}

const numbersOf = ({ datatype, shape, data }: TensorOutput): ArrayLike<number> =>
  toNumbers({ datatype, dims: shape, data });

/** An output whose first dimension is not of samples is cut anyhow: what doesn't divide evenly is counted to its neighbour. */
function countSample(
  tally: Tally,
  expected: ArrayLike<number>,
  got: ArrayLike<number>,
  { start, length }: { readonly start: number; readonly length: number },
): void {
  const sums = noSums();
  let [nan, infinite] = [0, 0];
  const end = Math.round(start + length);
  for (let at = Math.round(start); at < end; at++) {
    const [a, b] = [expected[at] ?? 0, got[at] ?? 0];
    sums.elements += 1;
    if (Object.is(a, b) || a === b) sums.equal += 1;
    if (!Number.isFinite(a)) continue;
    if (Number.isNaN(b)) nan = 1;
    else if (!Number.isFinite(b)) infinite = 1;
    else {
      sums.product += a * b;
      sums.square += a * a;
      sums.generatedSquare += b * b;
      sums.distance += (a - b) * (a - b);
    }
  }
  tally.nan += nan;
  tally.infinite += nan === 0 ? infinite : 0;
  tally.farthest = Math.max(tally.farthest, Math.sqrt(sums.distance));
  tally.product += sums.product;
  tally.square += sums.square;
  tally.generatedSquare += sums.generatedSquare;
  tally.distance += sums.distance;
  tally.elements += sums.elements;
  tally.equal += sums.equal;
}

/** 1 when both are all zero, 0 when one of them is. */
function similarityOf({ isFloat, product, square, generatedSquare, elements, equal }: Tally): number {
  if (!isFloat) return elements === 0 ? 1 : equal / elements;
  if (square === 0 || generatedSquare === 0) return square === generatedSquare ? 1 : 0;
  return product / Math.sqrt(square * generatedSquare);
}

/** Whole numbers are often the place of a largest value: two that are near each other change places, however exact the rest is. */
const [minEqual, minEqualExact] = [0.9, 0.999];
/** Of the length of a usual answer, when each is to be the original's. */
const maxDistance = 1e-3;
/** Of the cosine itself. */
const rounding = 1e-6;
/** How much longer or shorter the answers may be: the cosine doesn't see it. */
const maxScale = 1.5;

function problemOf(tally: Tally, bounds: ComparisonBounds): string | undefined {
  const { name, samples, nan, infinite } = tally;
  const problem =
    nan > 0
      ? `NaN in ${nan} of ${samples} samples, where the original has numbers`
      : infinite > 0
        ? `infinite in ${infinite} of ${samples} samples, where the original is not`
        : tally.isFloat
          ? distanceProblem(tally, bounds)
          : equalityProblem(tally, bounds);
  return problem && `output ${name}: ${problem}`;
}

function distanceProblem(tally: Tally, { bound, isExact = false }: ComparisonBounds): string | undefined {
  const { samples, square, generatedSquare, farthest } = tally;
  const similarity = similarityOf(tally);
  if (similarity < bound - rounding) {
    return `cosine similarity ${similarity.toFixed(4)} to the original over ${samples} samples, expected at least ${bound}`;
  }
  const scale = Math.sqrt(generatedSquare / square);
  if (scale > maxScale || scale < 1 / maxScale) return `${scale.toFixed(2)} times as large as the original's`;
  if (!isExact || farthest <= maxDistance * Math.sqrt(square / samples)) return undefined;
  return 'an item gets another answer in a batch than alone';
}

function equalityProblem(
  { samples, elements, equal }: Tally,
  { bound, isExact = false }: ComparisonBounds,
): string | undefined {
  const minShare = isExact ? minEqualExact : Math.min(bound, minEqual);
  if (equal >= minShare * elements) return undefined;
  return `${((100 * equal) / elements).toFixed(1)} % of its values are the original's over ${samples} samples, expected at least ${100 * minShare} %`;
}
