// Finds the value range of each tensor of a model on real samples.

import { toNumbers, type Ranges } from '@pareto/models';
import type { TensorOutput } from '@pareto/runtime';
import { inputsOf, type Samples } from '../sampling/samples.js';
import type { BackgroundModel } from '../sampling/background-executor.js';
import type { SampleBudget } from '../sampling/sample-budget.js';

export interface Calibration {
  /** Model whose outputs `NAME:min` and `NAME:max` are the minimum and maximum of the tensor NAME in the original. */
  readonly model: BackgroundModel;
  readonly samples: Samples;
  readonly batched: boolean;
  /** Number of samples per run, if the model has a batch dimension. */
  readonly batch: number;
  readonly budget: SampleBudget;
}

const extremePattern = /^(.*):(min|max)$/s;

/**
 * Returns the minimum and maximum of each tensor over all samples, without tensors that had a value that is not finite.
 * Throws if the model fails.
 */
export async function calibrate({ model, samples, batched, batch, budget }: Calibration): Promise<Ranges> {
  const ranges = new Map<string, readonly [number, number]>();
  const samplesPerRun = batched ? batch : 1;
  for (let from = 0; budget.shouldContinue(from, samples.count); from += samplesPerRun) {
    const rows = await samples.rows(from, Math.min(from + samplesPerRun, samples.count));
    for (const output of await model.run(inputsOf(rows, batched))) widen(ranges, output);
  }
  return new Map([...ranges].filter(([, range]) => range.every(Number.isFinite)));
}

/**
 * Widens the range of a tensor by one of its extremes. NaN persists through `Math.min` and `Math.max`, so the range is
 * dropped at the end.
 */
function widen(ranges: Map<string, readonly [number, number]>, { name, datatype, shape, data }: TensorOutput): void {
  const [, tensor, extreme] = extremePattern.exec(name) ?? [];
  if (tensor === undefined) return;
  const [value = Number.NaN] = Array.from(toNumbers({ datatype, dims: shape, data }));
  const [min, max] = ranges.get(tensor) ?? [Infinity, -Infinity];
  ranges.set(tensor, extreme === 'min' ? [Math.min(min, value), max] : [min, Math.max(max, value)]);
}
