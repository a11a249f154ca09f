// Generated graphs whose rows are kept apart, or mixed by one layer, for tests of shared batches.

import { createSeededRng } from '@pareto/core';
import { onnxType, writeModel, type Initializer, type Node } from './onnx-writer.js';

/** Width of every hidden tensor, whose rows are the items. */
export const rowWidth = 6;

/** Appends nodes that compute `to` from `from`, both [rows, rowWidth]. */
export type RowLayer = (from: string, to: string) => readonly Node[];

const op = (name: string, inputs: readonly string[], output: string, ints: Record<string, number> = {}): Node => ({
  ...{ op: name, inputs, outputs: [output] },
  attributes: Object.entries(ints).map(([attribute, int]) => ({ name: attribute, int })),
});

const reduced = (name: string, from: string, to: string, axes: readonly number[] | undefined): Node => ({
  ...{ op: name, inputs: [from], outputs: [to] },
  attributes: [...(axes === undefined ? [] : [{ name: 'axes', ints: axes }]), { name: 'keepdims', int: 1 }],
});

const quantised = (from: string, to: string): Node => ({
  ...{ op: 'DynamicQuantizeLinear', inputs: [from], outputs: [`${to}_q`, `${to}_scale`, `${to}_zero`] },
});

/** Layers that keep the rows of a batch apart, and through which every change of a row shows. */
export const openLayers: Readonly<Record<string, RowLayer>> = {
  product: (from, to) => [op('MatMul', [from, 'w'], to)],
  biased: (from, to) => [op('Add', [from, 'b'], to)],
  leaky: (from, to) => [op('LeakyRelu', [from], to)],
};

/** All layers that keep the rows of a batch apart. */
export const rowwiseLayers: Readonly<Record<string, RowLayer>> = {
  ...openLayers,
  curved: (from, to) => [op('Tanh', [from], to)],
  centred: (from, to) => [reduced('ReduceMean', from, `${to}_m`, [1]), op('Sub', [from, `${to}_m`], to)],
  chosen: (from, to) => [op('Softmax', [from], to, { axis: 1 })],
  normalised: (from, to) => [
    op('LpNormalization', [from], `${to}_n`, { axis: 1, p: 2 }),
    op('Add', [`${to}_n`, 'b'], to),
  ],
};

/** Layers in which the outputs of a row depend on the other rows, or on its position. */
export const mixingLayers: Readonly<Record<string, RowLayer>> = {
  mean: (from, to) => [reduced('ReduceMean', from, `${to}_m`, [0]), op('Sub', [from, `${to}_m`], to)],
  maximum: (from, to) => [reduced('ReduceMax', from, `${to}_m`, [0]), op('Add', [from, `${to}_m`], to)],
  softmax: (from, to) => [op('Softmax', [from], `${to}_s`, { axis: 0 }), op('Add', [from, `${to}_s`], to)],
  cumulative: (from, to) => [op('CumSum', [from, 'zero'], to)],
  attention: (from, to) => [
    op('Transpose', [from], `${to}_t`),
    op('MatMul', [from, `${to}_t`], `${to}_p`),
    op('Softmax', [`${to}_p`], `${to}_a`, { axis: 1 }),
    op('MatMul', [`${to}_a`, from], to),
  ],
  firstRow: (from, to) => [op('Gather', [from, 'zero'], `${to}_g`, { axis: 0 }), op('Add', [from, `${to}_g`], to)],
  sorted: (from, to) => [
    op('Shape', [from], `${to}_d`),
    op('Gather', [`${to}_d`, 'zeros'], `${to}_k`),
    { op: 'TopK', inputs: [from, `${to}_k`], outputs: [to, `${to}_i`], attributes: [{ name: 'axis', int: 0 }] },
  ],
  count: (from, to) => [
    op('Shape', [from], `${to}_d`),
    op('Gather', [`${to}_d`, 'zero'], `${to}_n`),
    op('Cast', [`${to}_n`], `${to}_f`, { to: onnxType.float }),
    op('Div', [from, `${to}_f`], to),
  ],
  position: (from, to) => [
    op('Shape', [from], `${to}_d`),
    op('Gather', [`${to}_d`, 'zero'], `${to}_n`),
    op('Range', ['zero', `${to}_n`, 'one'], `${to}_r`),
    op('Cast', [`${to}_r`], `${to}_f`, { to: onnxType.float }),
    op('Unsqueeze', [`${to}_f`, 'ones'], `${to}_c`),
    op('Mul', [`${to}_c`, 'b'], `${to}_e`),
    op('Add', [from, `${to}_e`], to),
  ],
  scale: (from, to) => [
    { op: 'ReduceL2', inputs: [from], outputs: [`${to}_l`], attributes: [{ name: 'keepdims', int: 0 }] },
    op('Div', [from, `${to}_l`], to),
  ],
  /** Quantises all rows with one scale. */
  quantised: (from, to) => [quantised(from, to), op('DequantizeLinear', [`${to}_q`, `${to}_scale`, `${to}_zero`], to)],
  /** Mixes rows only if some value is above 1,000. */
  outlier: (from, to) => [
    reduced('ReduceMax', from, `${to}_m`, undefined),
    op('Greater', [`${to}_m`, 'thousand'], `${to}_c`),
    reduced('ReduceMean', from, `${to}_a`, [0]),
    op('Where', [`${to}_c`, `${to}_a`, from], to),
  ],
};

const longs = (name: string, values: readonly bigint[], dims: readonly number[]): Initializer => ({
  ...{ name, type: onnxType.int64, dims },
  raw: new Uint8Array(BigInt64Array.from(values).buffer),
});

const floats = (name: string, dims: readonly number[], values: readonly number[]): Initializer => ({
  ...{ name, type: onnxType.float, dims },
  raw: new Uint8Array(Float32Array.from(values).buffer),
});

function random(size: number, seed: number): readonly number[] {
  const rng = createSeededRng(seed);
  return Array.from({ length: size }, () => 2 * rng() - 1);
}

/**
 * Returns a model of the layers in order, with one input `x` and one output `y`, both [batch, rowWidth]. The first dimensions have the
 * same name, so that it is a batch, or else different ones.
 */
export function rowGraph(layers: readonly RowLayer[], seed: number, names: 'same' | 'different' = 'same'): Uint8Array {
  const nameAt = (index: number): string => (index === 0 ? 'x' : index === layers.length ? 'y' : `h${index}`);
  const value = (name: string, batch: string): { name: string; type: number; dims: (string | number)[] } => ({
    ...{ name, type: onnxType.float, dims: [batch, rowWidth] },
  });
  const [first, last] = names === 'same' ? ['batch', 'batch'] : ['unk__1', 'unk__2'];
  return writeModel({
    nodes: layers.flatMap((layer, index) => layer(nameAt(index), nameAt(index + 1))),
    inputs: [value('x', first)],
    outputs: [value('y', last)],
    initializers: [
      floats('w', [rowWidth, rowWidth], random(rowWidth * rowWidth, seed + 1)),
      floats('b', [rowWidth], random(rowWidth, seed + 2)),
      floats('thousand', [], [1000]),
      ...[longs('zero', [0n], []), longs('one', [1n], []), longs('zeros', [0n], [1]), longs('ones', [1n], [1])],
    ],
  });
}
