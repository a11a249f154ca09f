// What a quality metric is: how answers and labels become a value in [0, 1], higher being better.

import { ParetoError, type DataType } from '@pareto/core';
import type { Tensor } from '../tensors/npy.js';
import type { Summary } from './summary.js';

/** An output of one sample; -1 is dynamic. */
export interface SampleForm {
  readonly datatype: DataType;
  readonly dims: readonly number[];
}

/**
 * A metric with one observation `O` per sample. Outputs, labels and references have the samples as first dimension, as many in
 * each; dimensions of 1 after it don't count. What is not a number in an answer makes it wrong, and is never an error.
 */
interface Definition<O> {
  /** The outputs that it judges, for messages. */
  readonly outputs: string;
  /** Whether it may judge an output. */
  judges(output: SampleForm): boolean;
  /** Throws `invalid-argument` for labels that no answer of the output can be compared with. */
  checkLabels(labels: Tensor, output: SampleForm): void;
  observe(output: Tensor, labels: Tensor): readonly O[];
  summarise(observations: readonly O[]): Summary;
  /** How far each answer is the reference's, in [0, 1]. */
  agree(output: Tensor, reference: Tensor): readonly number[];
}

interface Observer {
  add(output: Tensor, labels: Tensor): void;
  readonly samples: number;
  summarise(): Summary;
}

export interface QualityMetric extends Pick<Definition<unknown>, 'outputs' | 'judges' | 'checkLabels' | 'agree'> {
  createObserver(): Observer;
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
      };
    },
  };
}

export const unfitLabels = (why: string): ParetoError =>
  new ParetoError('invalid-argument', `the labels don't fit: ${why}`);

export const formOf = ({ datatype, dims }: Tensor): SampleForm => ({ datatype, dims: dims.slice(1) });

export const describeForm = ({ datatype, dims }: SampleForm): string => `${datatype} [${dims.join(', ')}]`;

/** Dimensions but those of 1. */
export const wide = (dims: readonly number[]): readonly number[] => dims.filter((dim) => dim !== 1);

export const isDynamic = ({ dims }: SampleForm): boolean => dims.includes(-1);

export const isNumeric = ({ datatype }: Pick<SampleForm, 'datatype'>): boolean =>
  datatype !== 'BYTES' && datatype !== 'BF16';

export const isFloat = ({ datatype }: Pick<SampleForm, 'datatype'>): boolean => datatype.startsWith('FP');

export const isWhole = (form: Pick<SampleForm, 'datatype'>): boolean => isNumeric(form) && !isFloat(form);

export const sameDims = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, axis) => dim === b[axis]);
