// Generates random graphs whose first dimension is the batch, of operators that keep rows apart or mix them, for tests.

import { createSeededRng } from '@pareto/core';
import {
  floatTensor,
  int64Tensor,
  intAttribute,
  intsAttribute,
  makeNode,
  makeValue,
} from '../../src/onnx/onnx-parts.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/onnx.js';
import { inferShapes } from '../../src/shapes/infer-shapes.js';
import { makeModel } from './make-model.js';

/** Shape of an item. */
export const itemShape = [2, 3] as const;

const opset = 13;

/**
 * Returns a graph of up to `length` steps, with a fixed or dynamic second dimension. Its output has the first dimension
 * of the last tensor, whatever that is. With `sizes`, half of the steps use sizes that the graph computes from the
 * number of items.
 */
export function batchGraph(seed: number, length: number, dynamic: boolean, sizes = false): OnnxModel {
  const random = createSeededRng(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[], fallback: T): T => list[below(list.length)] ?? fallback;
  const [nodes, initializer]: [OnnxNode[], OnnxTensor[]] = [[], []];
  const input = [makeValue('x', onnxTypes.float, ['n', ...(dynamic ? ['t', 3] : itemShape)])];
  const tensors = ['x'];
  const constant = (dims: readonly number[]): string => {
    const count = dims.reduce((product, dim) => product * dim, 1);
    const tensor = floatTensor(
      `c${initializer.length}`,
      dims,
      Array.from({ length: count }, () => random() * 2 - 1),
    );
    initializer.push(tensor);
    return tensor.name;
  };
  const integers = (...values: number[]): string => {
    initializer.push(int64Tensor(`c${initializer.length}`, values));
    return `c${initializer.length - 1}`;
  };
  const emit = (op: string, from: readonly string[], attribute: readonly OnnxAttribute[] = []): string => {
    const output = `t${nodes.length}`;
    nodes.push(makeNode(op, from, [output], { attribute }));
    return output;
  };
  /** Returns a list of one integer, computed from the number of items, lengths and constants in one type. */
  const size = (): string => {
    const type = pick([onnxTypes.int64, onnxTypes.int64, onnxTypes.int32, onnxTypes.float], onnxTypes.int64);
    const typed = (name: string): string => emit('Cast', [name], [intAttribute('to', type)]);
    const factor = integers(pick([1, 2, 3, 4, 2 ** 16, 2 ** 30, 3 * 2 ** 29, 19_173_962], 2));
    const leaf = (): string =>
      pick([batch, batch, () => emit('Gather', [emit('Shape', [pick(tensors, 'x')]), integers(-1)]), small], batch)();
    const chosen = (): string => emit('Where', [emit('Equal', [leaf(), small()]), leaf(), leaf()]);
    const [a, b, c] = [leaf(), leaf(), small()];
    const given: readonly (() => string)[] = [
      () => a,
      chosen,
      () => emit(pick(['Add', 'Sub', 'Mul'], 'Mul'), [typed(a), typed(b)]),
      () => emit('Div', [emit('Mul', [typed(a), typed(factor)]), typed(factor)]),
      () => emit('Mul', [typed(a), emit('Div', [typed(b), typed(c)])]),
      () => emit('Add', [emit('Mod', [a, c]), b]),
      () => emit('Sub', [emit('Add', [typed(a), typed(factor)]), typed(factor)]),
    ];
    return emit('Cast', [pick(given, chosen)()], [intAttribute('to', onnxTypes.int64)]);
  };
  const batch = (): string => emit('Gather', [emit('Shape', ['x']), integers(0)]);
  const small = (): string => integers(1 + below(4));
  const list = (...parts: readonly string[]): string => emit('Concat', parts, [intAttribute('axis', 0)]);
  for (let count = 0; count < length; count++) {
    // The sizes for 5 items, which no other dimension has.
    const built = inferShapes(makeModel({ node: nodes, initializer, input, output: [], opset }), (_, axis) =>
      axis === 0 ? items : 2,
    );
    const x = pick(tensors.slice(-3), 'x');
    const dims = (built.shapes.get(x) ?? []).map((dim) => dim ?? 1);
    const rank = dims.length;
    if (rank === 0 || !dims.every(Number.isInteger)) break;
    const [axis, last] = [below(rank), dims.at(-1) ?? 1];
    const whole = dims.reduce((product, dim) => product * dim, 1);
    const one = [() => below(2) === 0, (at: number) => dims[at] ?? 1] as const;
    const choices: readonly (() => string)[] = [
      () => emit(pick(['Tanh', 'Sigmoid', 'Abs', 'Neg'], 'Tanh'), [x]),
      () => emit('Softmax', [x], [intAttribute('axis', axis)]),
      () => emit('CumSum', [x, integers(axis)]),
      () =>
        emit(
          pick(['ReduceMean', 'ReduceMax'], 'ReduceMax'),
          [x],
          [intsAttribute('axes', [axis]), intAttribute('keepdims', below(2))],
        ),
      () => emit('ReduceMax', [x], [intsAttribute('axes', [axis])]),
      () => emit(pick(['Add', 'Mul', 'Max', 'Sub'], 'Add'), [x, pick(tensors, 'x')]),
      () => emit('Add', [x, constant(dims.map((dim) => (dim === items || one[0]() ? 1 : dim)))]),
      () => emit('Mul', [constant([last]), x]),
      () => emit('MatMul', [x, constant([last, pick([2, 3, 4], 2)])]),
      () => emit('MatMul', [constant([2, dims.at(-2) ?? 1]), x]),
      () => emit('MatMul', [x, emit('Transpose', [x], [intsAttribute('perm', swapped(rank))])]),
      () => emit('Transpose', [x], [intsAttribute('perm', shuffled(rank, random))]),
      () => emit('Transpose', [x], [intsAttribute('perm', shuffled(rank, random))]),
      () => emit('Reshape', [x, integers(...regrouped(dims, below(rank)))]),
      () => emit('Reshape', [x, integers(-1, last)]),
      () => emit('Reshape', [x, integers(-1, ...itemShape)]),
      () => emit('Reshape', [x, integers(pick([1, 2, 3], 1), -1)]),
      () => emit('Reshape', [x, integers(...dims.map((dim) => (dim === items ? -1 : dim)).toReversed())]),
      () => emit('Flatten', [x], [intAttribute('axis', axis)]),
      () => emit('Unsqueeze', [x, integers(below(rank + 1))]),
      () => emit('Concat', [x, x], [intAttribute('axis', axis)]),
      () => emit('Slice', [x, integers(below(2)), integers(pick([2, 2 ** 31], 2)), integers(axis)]),
      () => emit('Gather', [x, integers(0)], [intAttribute('axis', axis)]),
      () => emit('Tile', [x, integers(...dims.map((_, at) => (at === axis ? 2 : 1)))]),
      () => emit('Pad', [x, integers(...[...dims, ...dims].map((_, at) => (at === axis ? 1 : 0)))]),
      () => emit('LpNormalization', [x], [intAttribute('axis', axis)]),
      () => emit('Expand', [x, integers(...dims.map((dim) => (dim === 1 ? 2 : 1)))]),
      () => emit('Reshape', [x, emit('Shape', [pick(tensors, 'x')])]),
      () => emit('Expand', [constant([1, 3]), emit('Shape', [x])]),
      () => emit('Where', [emit('Greater', [x, constant([])]), x, pick(tensors, 'x')]),
    ];
    const at = Math.max(0, dims.indexOf(items));
    /** Returns the shape of x with the number of items, and one other length that is computed. */
    const resized = (other: number): string =>
      list(...dims.map((dim, each) => (each === at ? batch() : each === other ? size() : integers(dim))));
    const computed: readonly (() => string)[] = [
      () => emit('Reshape', [x, list(size(), integers(-1))]),
      () => emit('Reshape', [x, list(...dims.map((dim, each) => (each === at ? size() : integers(dim))))]),
      () => {
        const rows = emit('Reshape', [x, list(size(), integers(-1))]);
        return emit('Reshape', [emit('Softmax', [rows], [intAttribute('axis', 1)]), emit('Shape', [x])]);
      },
      () => emit('Resize', [x, '', '', resized(axis)]),
      () => {
        const order = [...dims.keys()].filter((each) => each !== at);
        const turned = emit(
          'Transpose',
          [emit('Resize', [x, '', '', resized(order[0] ?? at)])],
          [intsAttribute('perm', [...order.slice(0, 1), at, ...order.slice(1)])],
        );
        const rows = emit('Reshape', [turned, list(integers(dims[order[0] ?? at] ?? 1), batch(), integers(-1))]);
        const means = emit('ReduceMean', [rows], [intsAttribute('axes', [2]), intAttribute('keepdims', 0)]);
        return emit('Transpose', [means], [intsAttribute('perm', [1, 0])]);
      },
      () => emit('Slice', [x, integers(0), size(), integers(axis)]),
      () => emit('Expand', [x, list(...dims.map((_, each) => (each === axis ? size() : integers(1))))]),
      () =>
        emit('Concat', [emit('Expand', [constant([1, 1]), list(size(), integers(1))]), x], [intAttribute('axis', 1)]),
      () => {
        const scale = emit('Cast', [size()], [intAttribute('to', onnxTypes.float)]);
        return emit('MatMul', [x, emit('Expand', [scale, integers(last, 2)])]);
      },
      () => emit(pick(['Mul', 'Gemm'], 'Mul'), [x, emit('Cast', [size()], [intAttribute('to', onnxTypes.float)])]),
    ];
    if (whole > 20_000) break;
    tensors.push(pick(sizes && below(2) === 0 ? computed : choices, () => 'x')());
  }
  const y = tensors.at(-1) ?? 'x';
  nodes.push(makeNode('Identity', [y], ['y']));
  return makeModel({ node: nodes, initializer, input, output: [makeValue('y', onnxTypes.float)], opset });
}

/** Number of items for which graphs are generated. */
const items = 5;

const swapped = (rank: number): readonly number[] =>
  Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : rank === 1 ? 0 : 2 * rank - 3 - axis));

function shuffled(length: number, random: () => number): readonly number[] {
  const left = Array.from({ length }, (_, index) => index);
  return Array.from({ length }, () => left.splice(Math.floor(random() * left.length), 1)[0] ?? 0);
}

/** Returns a target of Reshape that joins an axis with the one after it. */
const regrouped = (dims: readonly number[], axis: number): readonly number[] =>
  dims.flatMap((dim, at) => (at === axis ? [-1] : at === axis + 1 ? [] : [dim === items ? 0 : dim]));
