// Defines the interface of a quality metric, which turns answers and labels into a value in [0, 1], higher being
// better.

import { ParetoError, type DataType } from '@pareto/core';
import type { Tensor } from '../tensors/npy.js';
import type { Summary } from './summary.js';

/** Type and shape of an output for one sample; -1 is a dynamic dimension. */
export interface SampleForm {
  /** Name of the output. Undefined if only its form is known. */
  readonly name?: string;
  readonly datatype: DataType;
  readonly dims: readonly number[];
}

/**
 * A metric with one observation `O` per sample. The first dimension of outputs, labels and references is the samples;
 * other dimensions of 1 are ignored. An answer with NaN is wrong, and never an error.
 */
interface Definition<O> {
  /** Describes the outputs that the metric can judge, for errors. */
  readonly outputs: string;
  /** Returns true if the metric can judge an output. */
  judges(output: SampleForm): boolean;
  /** Throws `invalid-argument` for labels that can't be compared with the output. */
  checkLabels(labels: Tensor, output: SampleForm): void;
  observe(output: Tensor, labels: Tensor): readonly O[];
  summarise(observations: readonly O[]): Summary;
  /**
   * Returns a score for each observation. Their mean is the value and, to first order, the mean over resampled ones is
   * the value of these: for a value that is not a mean itself, they are its influence values. Source: Efron and
   * Tibshirani 1993, section 22.
   */
  scores(observations: readonly O[]): readonly number[];
  /** Set if all scores are 0 or 1. */
  readonly areHits: boolean;
  /** Set if labels are classes, which may be given by name. */
  readonly takesClasses?: true;
  /** Returns the agreement of each answer with the reference's, in [0, 1]. */
  agree(output: Tensor, reference: Tensor): readonly number[];
}

/** Means and standard deviation of the labels of regression, over all evaluation samples. */
export interface LabelSpread {
  /** Mean of each number of a label, over the samples. */
  readonly means: readonly number[];
  /** Standard deviation from these means, over all numbers. */
  readonly deviation: number;
}

interface Observer {
  add(output: Tensor, labels: Tensor): void;
  readonly samples: number;
  summarise(): Summary;
  scores(): readonly number[];
}

export interface QualityMetric extends Pick<
  Definition<unknown>,
  'outputs' | 'judges' | 'checkLabels' | 'areHits' | 'takesClasses' | 'agree'
> {
  /** `spread` is that of the labels of all samples, which metrics of regression need (`spreadFor`). */
  createObserver(spread?: LabelSpread): Observer;
}

export function defineMetric<O>(definition: Definition<O>): QualityMetric {
  return {
    ...definition,
    createObserver() {
      const observations: O[] = [];
      return {
        add(output, labels) {
          for (const observation of definition.observe(output, labels)) observations.push(observation);
        },
        get samples() {
          return observations.length;
        },
        summarise: () => definition.summarise(observations),
        scores: () => definition.scores(observations),
      };
    },
  };
}

export const labelsError = (why: string): ParetoError =>
  new ParetoError('invalid-argument', `the labels don't fit the model: ${why}`);

export const formOf = ({ datatype, dims }: Tensor): SampleForm => ({ datatype, dims: dims.slice(1) });

export const describeForm = ({ datatype, dims }: SampleForm): string => `${datatype} [${dims.join(', ')}]`;

/** Returns the dimensions other than 1. */
export const wide = (dims: readonly number[]): readonly number[] => dims.filter((dim) => dim !== 1);

export const isDynamic = ({ dims }: SampleForm): boolean => dims.includes(-1);

export const isNumeric = ({ datatype }: Pick<SampleForm, 'datatype'>): boolean =>
  datatype !== 'BYTES' && datatype !== 'BF16';

export const isFloat = ({ datatype }: Pick<SampleForm, 'datatype'>): boolean => datatype.startsWith('FP');

export const isWhole = (form: Pick<SampleForm, 'datatype'>): boolean => isNumeric(form) && !isFloat(form);

export const sameDims = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, axis) => dim === b[axis]);
