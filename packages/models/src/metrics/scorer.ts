// Scores a model's outputs by a task's metric, batch by batch, against labels or against another model's outputs.

import { cutText, elementCount, ParetoError, type Accuracy, type Metric } from '@pareto/core';
import type { Tensor } from '../tensors/npy.js';
import { describeForm, formOf, labelsError, type LabelSpread, type SampleForm } from './quality-metric.js';
import { qualityMetrics } from './quality-metrics.js';
import { toTexts } from '../tensors/texts.js';

export interface Scorer {
  /**
   * Adds a model's outputs and labels, one row per sample. Throws `invalid-argument` for labels that don't fit the
   * model.
   */
  add(outputs: readonly Tensor[], labels: Tensor): void;
  result(): Accuracy;
  /** Returns a score for each sample added, in order. Their mean is the accuracy. */
  scores(): readonly number[];
}

/** `spread` is that of `spreadFor`, for all samples. */
export function createScorer(metric: Metric, spread?: LabelSpread): Scorer {
  const definition = qualityMetrics[metric];
  const observer = definition.createObserver(spread);
  const scale = spread === undefined ? {} : { scale: spread.deviation };
  const names = { answered: new Set<string>(), expected: new Set<string>() };
  return {
    add(outputs, labels) {
      const output = pickOutput(metric, outputs, labels);
      checkSamples(output, labels.dims[0] ?? 0);
      definition.checkLabels(labels, formOf(output));
      observer.add(output, labels);
      if (!takesClasses(metric) || output.datatype !== 'BYTES') return;
      for (const text of toTexts(output)) names.answered.add(text);
      for (const text of toTexts(labels)) names.expected.add(text);
    },
    result() {
      checkNames(names);
      return { metric, ...observer.summarise(), samples: observer.samples, ...scale };
    },
    scores: () => observer.scores(),
  };
}

/** Names of classes that a model answered with, and those of the labels. */
interface Names {
  readonly answered: ReadonlySet<string>;
  readonly expected: ReadonlySet<string>;
}

/** Throws `invalid-argument` if no answer is a label of any sample, such as for labels that are positions of classes. */
function checkNames({ answered, expected }: Names): void {
  if (answered.size === 0 || [...answered].some((name) => expected.has(name))) return;
  throw labelsError(
    `the model answers with ${listed(answered)}, and the labels are ${listed(expected)}: label with the texts of the model`,
  );
}

/** Returns the first texts, in quotes. */
const listed = (texts: ReadonlySet<string>): string =>
  [...texts]
    .slice(0, maxListed)
    .map((text) => JSON.stringify(cutText(text, 40)))
    .concat(texts.size > maxListed ? ['…'] : [])
    .join(', ');

/** Number of texts in an error. */
const maxListed = 3;

/** Returns whether the labels of the metric are classes. */
export const takesClasses = (metric: Metric): boolean => qualityMetrics[metric].takesClasses === true;

/** Returns whether each sample's score by the metric is 0 or 1. */
export const areHits = (metric: Metric): boolean => qualityMetrics[metric].areHits;

export interface Agreement {
  /** Adds the outputs of two models, one row per sample. Throws `invalid-argument` if their shapes differ. */
  add(outputs: readonly Tensor[], reference: readonly Tensor[]): void;
  /**
   * Returns the mean agreement in [0, 1]: the share of equal answers, or the mean similarity for a metric of
   * numbers. NaN without samples.
   */
  result(): number;
}

export function createAgreement(metric: Metric): Agreement {
  let [sum, samples] = [0, 0];
  return {
    add(outputs, reference) {
      const [output, expected] = [pickOutput(metric, outputs), pickOutput(metric, reference)];
      checkSamples(output, expected.dims[0] ?? 0);
      if (elementCount(output.dims) !== elementCount(expected.dims)) {
        const message = `the output is ${describeForm(output)}, that of the reference is ${describeForm(expected)}`;
        throw new ParetoError('invalid-argument', message);
      }
      for (const value of qualityMetrics[metric].agree(output, expected)) {
        sum += value;
        samples++;
      }
    },
    result: () => sum / samples,
  };
}

/**
 * Returns the index of the first output that the metric can judge, of those that are text as the labels are if there are
 * any. Without labels, numbers come before the names of classes. Throws `invalid-argument` if there is none.
 */
export function judgedOutput(
  metric: Metric,
  outputs: readonly SampleForm[],
  labels?: Pick<Tensor, 'datatype'>,
): number {
  const { judges, takesClasses: prefersNumbers = false } = qualityMetrics[metric];
  const judged = Array.from(outputs.entries()).filter(([, output]) => judges(output));
  const isPreferred = ({ datatype }: SampleForm): boolean =>
    labels === undefined
      ? !prefersNumbers || datatype !== 'BYTES'
      : (datatype === 'BYTES') === (labels.datatype === 'BYTES');
  const [index] = judged.find(([, output]) => isPreferred(output)) ?? judged[0] ?? [];
  if (index !== undefined) return index;
  const found = outputs.map(describeForm).join(', ');
  throw new ParetoError(
    'invalid-argument',
    `${metric} judges ${qualityMetrics[metric].outputs}, but the model's outputs per sample are ${found}; choose another metric`,
  );
}

/** Throws `invalid-argument` for labels that the metric can't compare with these outputs. */
export function checkLabels(metric: Metric, labels: Tensor, outputs: readonly SampleForm[]): void {
  const output = outputs[judgedOutput(metric, outputs, labels)];
  if (output !== undefined) qualityMetrics[metric].checkLabels(labels, output);
}

function pickOutput(metric: Metric, outputs: readonly Tensor[], labels?: Tensor): Tensor {
  const output = outputs[judgedOutput(metric, outputs.map(formOf), labels)];
  if (output === undefined) throw new RangeError('the judged output is missing');
  return output;
}

function checkSamples(output: Tensor, samples: number): void {
  if (output.dims[0] === samples) return;
  const message = `the output ${describeForm(output)} has ${output.dims[0] ?? 0} samples, expected ${samples}`;
  throw new ParetoError('invalid-argument', message);
}
