// Models for tests: ones that misbehave on purpose, and large ones.

import { onnxType, writeModel, type Graph, type Initializer, type Node, type Value } from './onnx-writer.js';

const { float, int64, bool } = onnxType;
const perItem = (name: string): Value => ({ name, type: float, dims: ['batch', 1] });

function scalar(name: string, value: bigint): Initializer {
  return { name, type: int64, dims: [], raw: new Uint8Array(BigInt64Array.of(value).buffer) };
}

/** Body of a loop with a given number of iterations. */
const doubling: Graph = {
  nodes: [
    { op: 'Identity', inputs: ['more'], outputs: ['more_out'] },
    { op: 'Add', inputs: ['state', 'state'], outputs: ['state_out'] },
  ],
  inputs: [
    { name: 'turn', type: int64, dims: [] },
    { name: 'more', type: bool, dims: [] },
    { name: 'state', type: int64, dims: [] },
  ],
  outputs: [
    { name: 'more_out', type: bool, dims: [] },
    { name: 'state_out', type: int64, dims: [] },
  ],
};

const yes: Initializer = { name: 'yes', type: bool, dims: [], raw: Uint8Array.of(1) };

/** Creates a model with `y` = `x` after as many loop iterations as the largest `x`: 1e18 never ends. */
export function loopModel(): Uint8Array {
  return looping(
    [
      { op: 'ReduceMax', inputs: ['x'], outputs: ['largest'], attributes: [{ name: 'keepdims', int: 0 }] },
      { op: 'Cast', inputs: ['largest'], outputs: ['turns'], attributes: [{ name: 'to', int: int64 }] },
    ],
    [],
  );
}

/** Creates a model that never returns. */
export const endlessModel = (): Uint8Array => looping([], [scalar('turns', 2n ** 62n)]);

function looping(countTurns: readonly Node[], initializers: readonly Initializer[]): Uint8Array {
  return writeModel({
    nodes: [
      ...countTurns,
      {
        op: 'Loop',
        inputs: ['turns', 'yes', 'zero'],
        outputs: ['sum'],
        attributes: [{ name: 'body', graph: doubling }],
      },
      { op: 'Cast', inputs: ['sum'], outputs: ['nothing'], attributes: [{ name: 'to', int: float }] },
      { op: 'Add', inputs: ['x', 'nothing'], outputs: ['y'] },
    ],
    inputs: [perItem('x')],
    outputs: [perItem('y')],
    initializers: [yes, scalar('zero', 0n), ...initializers],
  });
}

/** Creates a model with `y` = `x` that allocates as many floats as the largest `x`. */
export function hungryModel(): Uint8Array {
  const one: Initializer = { name: 'one', type: int64, dims: [1], raw: new Uint8Array(BigInt64Array.of(1n).buffer) };
  return writeModel({
    nodes: [
      { op: 'ReduceMax', inputs: ['x'], outputs: ['largest'], attributes: [{ name: 'keepdims', int: 0 }] },
      { op: 'Cast', inputs: ['largest'], outputs: ['count'], attributes: [{ name: 'to', int: int64 }] },
      { op: 'Reshape', inputs: ['count', 'one'], outputs: ['shape'] },
      { op: 'ConstantOfShape', inputs: ['shape'], outputs: ['filled'] },
      { op: 'ReduceSum', inputs: ['filled'], outputs: ['nothing'], attributes: [{ name: 'keepdims', int: 0 }] },
      { op: 'Add', inputs: ['x', 'nothing'], outputs: ['y'] },
    ],
    inputs: [perItem('x')],
    outputs: [perItem('y')],
    initializers: [one],
  });
}

/** Creates a model of one matrix product with `side` × `side` weights, which take 4 × side² bytes. */
export function matrixModel(side: number): Uint8Array {
  const weights = new Float32Array(side * side);
  for (let index = 0; index < weights.length; index++) weights[index] = (index % 7) / 7;
  return writeModel({
    nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: float, dims: ['batch', side] }],
    outputs: [{ name: 'y', type: float, dims: ['batch', side] }],
    initializers: [{ name: 'w', type: float, dims: [side, side], raw: new Uint8Array(weights.buffer) }],
  });
}

/** Creates a model with `y` = `x` that allocates `count` floats in each run. */
export function greedyModel(count: number): Uint8Array {
  const shape: Initializer = {
    name: 'shape',
    type: int64,
    dims: [1],
    raw: new Uint8Array(BigInt64Array.of(BigInt(count)).buffer),
  };
  return writeModel({
    nodes: [
      // Depends on the input, so that it is not folded when the model is loaded.
      { op: 'ReduceMax', inputs: ['x'], outputs: ['largest'], attributes: [{ name: 'keepdims', int: 0 }] },
      { op: 'Expand', inputs: ['largest', 'shape'], outputs: ['filled'] },
      { op: 'ReduceMean', inputs: ['filled'], outputs: ['mean'], attributes: [{ name: 'keepdims', int: 0 }] },
      { op: 'Sub', inputs: ['mean', 'largest'], outputs: ['nothing'] },
      { op: 'Add', inputs: ['x', 'nothing'], outputs: ['y'] },
    ],
    inputs: [perItem('x')],
    outputs: [perItem('y')],
    initializers: [shape],
  });
}

const floatsOf = (name: string, dims: readonly number[], value: (index: number) => number): Initializer => {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return {
    name,
    type: float,
    dims,
    raw: new Uint8Array(Float32Array.from({ length: count }, (_, at) => value(at)).buffer),
  };
};

/** Creates a model with `y` = √`x`, which is NaN for a negative `x`. */
export function rootModel(): Uint8Array {
  return writeModel({
    nodes: [{ op: 'Sqrt', inputs: ['x'], outputs: ['y'] }],
    inputs: [perItem('x')],
    outputs: [perItem('y')],
  });
}

/**
 * Creates a model that int8 quantisation breaks: between its two products one value of each item is a million times the
 * others.
 */
export function outlierModel(side = 64): Uint8Array {
  const isDiagonal = (at: number): boolean => at % (side + 1) === 0;
  return writeModel({
    nodes: [
      { op: 'MatMul', inputs: ['x', 'scale'], outputs: ['uneven'] },
      { op: 'Relu', inputs: ['uneven'], outputs: ['positive'] },
      { op: 'MatMul', inputs: ['positive', 'w'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', type: float, dims: ['batch', side] }],
    outputs: [{ name: 'y', type: float, dims: ['batch', side] }],
    initializers: [
      floatsOf('scale', [side, side], (at) => (isDiagonal(at) ? (at === 0 ? 1e6 : 1) : 0)),
      floatsOf('w', [side, side], (at) => (at < side ? 0 : (at % 5) - 2)),
    ],
  });
}

/**
 * Creates a model of one matrix product with a fixed batch. With `mixes`, a softmax over the batch makes its items
 * depend on each other.
 */
export function fixedBatchModel(batch: number, mixes = false): Uint8Array {
  const softmax: Node = { op: 'Softmax', inputs: ['x'], outputs: ['item'], attributes: [{ name: 'axis', int: 0 }] };
  const mixing: readonly Node[] = mixes ? [softmax] : [];
  return writeModel({
    nodes: [...mixing, { op: 'MatMul', inputs: [mixes ? 'item' : 'x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: float, dims: [batch, 4] }],
    outputs: [{ name: 'y', type: float, dims: [batch, 2] }],
    initializers: [floatsOf('w', [4, 2], (at) => at - 3)],
  });
}

/**
 * Creates a model of opset 6, which ONNX Runtime no longer runs: it adds 1 to the first channel of each item of 2 x 3
 * numbers, and 2 to the second.
 */
export const outdatedModel = (): Uint8Array =>
  writeModel(
    {
      nodes: [
        {
          op: 'Add',
          inputs: ['x', 'w'],
          outputs: ['y'],
          attributes: [
            { name: 'broadcast', int: 1 },
            { name: 'axis', int: 1 },
          ],
        },
      ],
      inputs: [{ name: 'x', type: float, dims: ['batch', 2, 3] }],
      outputs: [{ name: 'y', type: float, dims: ['batch', 2, 3] }],
      initializers: [floatsOf('w', [2], (at) => at + 1)],
    },
    6,
  );

/** Creates a model with `y` = 1, 2 or 3 for an `x` of 100, 101 or 102, which fails for other inputs. */
export function pickyModel(): Uint8Array {
  const hundred = { name: 'hundred', type: int64, dims: [], raw: new Uint8Array(BigInt64Array.of(100n).buffer) };
  return writeModel({
    nodes: [
      { op: 'Cast', inputs: ['x'], outputs: ['whole'], attributes: [{ name: 'to', int: int64 }] },
      { op: 'Sub', inputs: ['whole', 'hundred'], outputs: ['place'] },
      { op: 'Gather', inputs: ['table', 'place'], outputs: ['y'] },
    ],
    inputs: [perItem('x')],
    outputs: [perItem('y')],
    initializers: [hundred, floatsOf('table', [3], (at) => at + 1)],
  });
}
