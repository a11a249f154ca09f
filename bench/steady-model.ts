// A model with a run time of some milliseconds per item, small inputs, and no gain from batching.

import { onnxType, writeModel, type Node } from '@pareto/testkit';

const width = 100_000;
const steps = 100;

/** Creates a model from one number `x` to one number `y`. */
export function steadyModel(): Uint8Array {
  const { float, int64 } = onnxType;
  const sigmoids = Array.from({ length: steps }, (_, step): Node => ({
    op: 'Sigmoid',
    inputs: [`h${step}`],
    outputs: [`h${step + 1}`],
  }));
  return writeModel({
    nodes: [
      { op: 'Expand', inputs: ['x', 'shape'], outputs: ['h0'] },
      ...sigmoids,
      { op: 'MatMul', inputs: [`h${steps}`, 'w'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', type: float, dims: ['batch', 1] }],
    outputs: [{ name: 'y', type: float, dims: ['batch', 1] }],
    initializers: [
      { name: 'shape', type: int64, dims: [2], raw: new Uint8Array(BigInt64Array.of(1n, BigInt(width)).buffer) },
      { name: 'w', type: float, dims: [width, 1], raw: new Uint8Array(new Float32Array(width).fill(1e-5).buffer) },
    ],
  });
}
