// Finds which values the tensors of a model take on real samples.

import { toNumbers, type Ranges } from '@pareto/models';
import type { TensorOutput } from '@pareto/runtime';
import { inputsOf, type Samples } from '../sampling/samples.js';
import type { BackgroundModel } from '../sampling/background-executor.js';
import type { SampleBudget } from '../sampling/sample-budget.js';

export interface Calibration {
  /** Of the observing model: its outputs `NAME:min` and `NAME:max` are the extremes of the tensor NAME. */
  readonly model: BackgroundModel;
  readonly samples: Samples;
  readonly batched: boolean;
  /** How many samples run together. */
  readonly batch: number;
  readonly budget: SampleBudget;
}

const extremePattern = /^(.*):(min|max)$/s;

/** The least and greatest value of each tensor over all samples; none of a tensor that was not finite throughout. Throws when the model doesn't run. */
export async function calibrate({ model, samples, batched, batch, budget }: Calibration): Promise<Ranges> {
  const ranges = new Map<string, readonly [number, number]>();
  const step = batched ? batch : 1;
  for (let from = 0; budget.shouldContinue(from, samples.count); from += step) {
    const rows = samples.rows(from, Math.min(from + step, samples.count));
    for (const output of await model.run(inputsOf(rows, batched))) widen(ranges, output);
  }
  return new Map([...ranges].filter(([, range]) => range.every(Number.isFinite)));
}

/** What is not a number stays, and shows at the end. */
function widen(ranges: Map<string, readonly [number, number]>, { name, datatype, shape, data }: TensorOutput): void {
  const [, tensor, extreme] = extremePattern.exec(name) ?? [];
  if (tensor === undefined) return;
  const [value = Number.NaN] = Array.from(toNumbers({ datatype, dims: shape, data }));
  const [min, max] = ranges.get(tensor) ?? [Infinity, -Infinity];
  ranges.set(tensor, extreme === 'min' ? [Math.min(min, value), max] : [min, Math.max(max, value)]);
}
