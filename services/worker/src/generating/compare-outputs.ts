// Compares the outputs of a generated file with those of the original, output by output, over many samples.

import { toNumbers } from '@pareto/models';
import type { TensorOutput } from '@pareto/runtime';

export interface ComparisonResult {
  /**
   * Minimum over all outputs of the cosine similarity, or of the share of equal elements for outputs that are not
   * floats.
   */
  readonly similarity: number;
  /** Human-readable reason to reject the generated file. Undefined if it passes. */
  readonly problem: string | undefined;
}

export interface Comparison {
  /** Adds the outputs of both files for the same samples. */
  add(original: readonly TensorOutput[], generated: readonly TensorOutput[], samples: number): void;
  result(): ComparisonResult;
}

export interface ComparisonBounds {
  /** Minimum similarity that every output must have. */
  readonly bound: number;
  /**
   * Maximum distance of every sample from the original, as a share of the root mean square norm of the outputs, in
   * addition to the similarity over all samples. Undefined for no limit.
   */
  readonly maxDistance?: number;
}

/** Sums and counts of one output over all samples. */
interface Tally extends Sums {
  readonly name: string;
  readonly isFloat: boolean;
  samples: number;
  /** Samples where the generated file has NaN, or an infinite value, although the original has a finite one. */
  nan: number;
  infinite: number;
  /** Maximum over the samples of the distance from the original. */
  maxDistance: number;
}

/** Sums over the elements that are finite in both files; `elements` and `equal` count all elements. */
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
  let mismatch: string | undefined;
  return {
    add(original, generated, samples) {
      for (const output of original) {
        const other = generated.find(({ name }) => name === output.name);
        mismatch ??= differenceOf(output, other);
        if (other === undefined || mismatch !== undefined) continue;
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
        problem: mismatch ?? (all.length === 0 ? 'there were no outputs to compare' : problems.find(isProblem)),
      };
    },
  };
}

const isProblem = (problem: string | undefined): boolean => problem !== undefined;

const createTally = ({ name, datatype }: TensorOutput): Tally => ({
  ...{ name, isFloat: datatype.startsWith('FP'), samples: 0, nan: 0, infinite: 0, maxDistance: 0 },
  ...noSums(),
});

const formOf = ({ datatype, shape }: TensorOutput): string => `${datatype} [${shape.join()}]`;

function differenceOf(output: TensorOutput, generated: TensorOutput | undefined): string | undefined {
  if (generated === undefined) return `output ${output.name} is missing`;
  if (formOf(output) === formOf(generated)) return undefined;
  return `output ${output.name} is ${formOf(generated)}, expected ${formOf(output)} as in the original`;
}

function count(tally: Tally, output: TensorOutput, generated: TensorOutput, samples: number): void {
  tally.samples += samples;
  // A text output counts as one element.
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

/**
 * Counts one sample. An output that does not divide evenly by sample is split anyway, with borders rounded to whole
 * elements.
 */
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
  tally.maxDistance = Math.max(tally.maxDistance, Math.sqrt(sums.distance));
  tally.product += sums.product;
  tally.square += sums.square;
  tally.generatedSquare += sums.generatedSquare;
  tally.distance += sums.distance;
  tally.elements += sums.elements;
  tally.equal += sums.equal;
}

/** Returns the similarity of an output: 1 if both files output only zeros, 0 if only one of them does. */
function similarityOf({ isFloat, product, square, generatedSquare, elements, equal }: Tally): number {
  if (!isFloat) return elements === 0 ? 1 : equal / elements;
  if (square === 0 || generatedSquare === 0) return square === generatedSquare ? 1 : 0;
  return product / Math.sqrt(square * generatedSquare);
}

/**
 * Minimum share of equal elements of outputs that are not floats. Such an output is often the index of a maximum, which
 * a small error changes if two values are close to each other.
 */
const [minEqual, minEqualExact] = [0.9, 0.999];
/** Tolerance for rounding errors of the cosine itself. */
const rounding = 1e-6;
/** Maximum ratio of the norms of the outputs, which the cosine does not depend on. */
const maxScale = 1.5;

function problemOf(tally: Tally, bounds: ComparisonBounds): string | undefined {
  const { name, samples, nan, infinite } = tally;
  const problem =
    nan > 0
      ? `NaN in ${nan} of ${samples} samples for which the original has numbers`
      : infinite > 0
        ? `infinite values in ${infinite} of ${samples} samples for which the original has finite ones`
        : tally.isFloat
          ? distanceProblem(tally, bounds)
          : equalityProblem(tally, bounds);
  return problem && `output ${name}: ${problem}`;
}

function distanceProblem(tally: Tally, { bound, maxDistance }: ComparisonBounds): string | undefined {
  const { samples, square, generatedSquare } = tally;
  const similarity = similarityOf(tally);
  if (similarity < bound - rounding) {
    return `cosine similarity ${similarity.toFixed(4)} to the original over ${samples} samples, expected at least ${bound}`;
  }
  const scale = Math.sqrt(generatedSquare / square);
  if (scale > maxScale || scale < 1 / maxScale)
    return `values are ${scale.toFixed(2)} times those of the original, expected a factor of at most ${maxScale} either way`;
  if (maxDistance === undefined || tally.maxDistance <= maxDistance * Math.sqrt(square / samples)) return undefined;
  return 'an item has different outputs in a batch than alone';
}

function equalityProblem(
  { samples, elements, equal }: Tally,
  { bound, maxDistance }: ComparisonBounds,
): string | undefined {
  const minShare = maxDistance !== undefined ? minEqualExact : Math.min(bound, minEqual);
  if (equal >= minShare * elements) return undefined;
  return `${((100 * equal) / elements).toFixed(1)} % of its values equal the original over ${samples} samples, expected at least ${100 * minShare} %`;
}
