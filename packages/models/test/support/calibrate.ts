// Calibrates a generator as a worker does: runs its observing model and collects the extremes.

import type { TensorBytes } from '@pareto/testkit';
import type { GraphGenerator, Ranges } from '../../src/rewrite/generator.js';
import { encodeOnnx } from '../../src/onnx/onnx-codec.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
import { numbersOf, runModel } from './run-model.js';
import { modelOf } from './assert-similar.js';
import { runDigits, type Samples } from './digits.js';

export async function calibrate(
  generator: GraphGenerator,
  model: OnnxModel,
  inputs: readonly TensorBytes[],
): Promise<Ranges> {
  const ranges = createRanges();
  const outputs = await runModel(encodeOnnx(observed(generator, model)), inputs);
  ranges.add(new Map(outputs.map((tensor) => [tensor.name, numbersOf(tensor)])));
  return ranges.all;
}

export async function calibrateOnDigits(
  generator: GraphGenerator,
  model: OnnxModel,
  samples: Samples,
): Promise<Ranges> {
  const ranges = createRanges();
  for await (const outputs of runDigits(observed(generator, model), samples)) ranges.add(outputs);
  return ranges.all;
}

function observed({ observe }: GraphGenerator, model: OnnxModel): OnnxModel {
  if (observe === undefined) throw new Error('the generator has no `observe`');
  return modelOf(observe(model));
}

type Outputs = ReadonlyMap<string, readonly number[]>;

export function createRanges(): Readonly<{ all: Ranges; add: (outputs: Outputs) => void }> {
  const all = new Map<string, readonly [number, number]>();
  const add = (outputs: Outputs): void => {
    for (const [output, [min = Number.NaN]] of outputs) {
      if (!output.endsWith(':min')) continue;
      const name = output.slice(0, -4);
      const [max = Number.NaN] = outputs.get(`${name}:max`) ?? [];
      const [least, greatest] = all.get(name) ?? [Infinity, -Infinity];
      all.set(name, [Math.min(least, min), Math.max(greatest, max)]);
    }
  };
  return { all, add };
}
