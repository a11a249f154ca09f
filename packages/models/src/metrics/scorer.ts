// Scores a model's answers, batch by batch, by a task's metric: against labels, or against another model's answers.

import { elementCount, ParetoError, type Accuracy, type Metric } from '@pareto/core';
import type { Tensor } from '../tensors/npy.js';
import { describeForm, formOf, type SampleForm } from './quality-metric.js';
import { qualityMetrics } from './quality-metrics.js';

export interface Scorer {
  /** The model's outputs and the labels of some samples, which are the first dimension of each. Throws `invalid-argument` for labels that don't fit. */
  add(outputs: readonly Tensor[], labels: Tensor): void;
  result(): Accuracy;
}

export function createScorer(metric: Metric): Scorer {
  const definition = qualityMetrics[metric];
  const observer = definition.createObserver();
  return {
    add(outputs, labels) {
      const output = pickOutput(metric, outputs);
      checkSamples(output, labels.dims[0] ?? 0);
      definition.checkLabels(labels, formOf(output));
      observer.add(output, labels);
    },
    result: () => ({ metric, ...observer.summarise(), samples: observer.samples }),
  };
}

export interface Agreement {
  /** Two models' outputs for some samples, which are the first dimension of each. Throws `invalid-argument` when they differ in shape. */
  add(outputs: readonly Tensor[], reference: readonly Tensor[]): void;
  /** Mean over the samples, in [0, 1]: of answers that are the reference's, or of how near they come where the metric has degrees. NaN without samples. */
  result(): number;
}

export function createAgreement(metric: Metric): Agreement {
  let [sum, samples] = [0, 0];
  return {
    add(outputs, reference) {
      const [output, expected] = [pickOutput(metric, outputs), pickOutput(metric, reference)];
      checkSamples(output, expected.dims[0] ?? 0);
      if (elementCount(output.dims) !== elementCount(expected.dims)) {
        const message = `the output is ${describeForm(output)}, the reference's is ${describeForm(expected)}`;
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

/** Which output a metric judges: the first that it can. Throws `invalid-argument` when it can judge none. */
export function judgedOutput(metric: Metric, outputs: readonly SampleForm[]): number {
  const index = outputs.findIndex((output) => qualityMetrics[metric].judges(output));
  if (index !== -1) return index;
  const found = outputs.map(describeForm).join(', ');
  throw new ParetoError(
    'invalid-argument',
    `${metric} judges ${qualityMetrics[metric].outputs}, and the model's outputs are, per sample, ${found}: choose another metric`,
  );
}

/** Throws `invalid-argument` for labels that a metric can't compare with these outputs. */
export function checkLabels(metric: Metric, labels: Tensor, outputs: readonly SampleForm[]): void {
  const output = outputs[judgedOutput(metric, outputs)];
  if (output !== undefined) qualityMetrics[metric].checkLabels(labels, output);
}

function pickOutput(metric: Metric, outputs: readonly Tensor[]): Tensor {
  const output = outputs[judgedOutput(metric, outputs.map(formOf))];
  if (output === undefined) throw new RangeError('an output that is not there was picked');
  return output;
}

function checkSamples(output: Tensor, samples: number): void {
  if (output.dims[0] === samples) return;
  const message = `the output ${describeForm(output)} is of ${output.dims[0] ?? 0} samples, expected ${samples}`;
  throw new ParetoError('invalid-argument', message);
}
