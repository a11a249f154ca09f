// The changes to operators that may depend on a fixed batch size.

import type { OnnxNode, OnnxTensor } from '../../onnx/onnx.js';
import { fromFront, sizeOf, type Shape } from '../../shapes/shape.js';
import { batchAxis, shapeLike, withInput, withIntegers, type Change, type NodeShapes } from './node-shapes.js';
import { notRewritable, type NotRewritable } from '../../rewrite/generator.js';
import { intOf } from '../../onnx/onnx-graph.js';
import { floatsOf } from '../../onnx/onnx-tensor-values.js';

type Changed = Change | NotRewritable | undefined;

/** Returns an input that is a constant shape without unknown dimensions. Undefined otherwise. */
function constantDims({ node, built }: NodeShapes, index: number): readonly number[] | undefined {
  const known = built.knownAt(node);
  const dims = known.constant(index) === undefined ? undefined : known.integers(index);
  return dims?.every((dim) => dim !== undefined) === true ? dims : undefined;
}

/**
 * Makes the target dynamic where the batch ends up: in row-major order, the same elements precede it before and after
 * the Reshape.
 */
export function changeReshape(shapes: NodeShapes): Changed {
  const { node, built, size } = shapes;
  const [given, x, axis] = [constantDims(shapes, 1), built.shapes.get(node.input[0] ?? ''), batchAxis(shapes, 0)];
  if (given === undefined) return undefined;
  if (axis === undefined || x === undefined) return x === undefined ? guessReshape(shapes, given) : undefined;
  const target = built.shapes.get(node.output[0] ?? '') ?? [];
  const at = axisBehind(sizeOf(x.slice(0, axis)), target, size);
  if (at === undefined) return notRewritable('Reshape mixes the batch with other dimensions');
  if (given[at] === -1 || (given[at] === 0 && at === axis)) return undefined;
  const open = given.map((dim, index) => (index === at ? -1 : dim === -1 ? target[index] : dim));
  if (open.every((dim) => dim !== undefined)) return withIntegers(shapes, 1, open);
  // Another dimension is -1 already. 0 copies the input's dimension instead.
  if (at !== axis || given[at] !== x[axis] || intOf(node, 'allowzero', 0) !== 0) {
    return notRewritable('Reshape has two dynamic dimensions');
  }
  return withIntegers(
    shapes,
    1,
    given.map((dim, index) => (index === at ? 0 : dim)),
  );
}

/** Handles an input of unknown shape: a target that starts with the batch size is assumed to start with the batch. */
function guessReshape(shapes: NodeShapes, given: readonly number[]): Changed {
  if (given[0] !== shapes.size || given.includes(-1)) return undefined;
  return withIntegers(shapes, 1, [-1, ...given.slice(1)]);
}

/**
 * Returns the first axis with `before` elements before it that is divisible by the batch size. Undefined if there is
 * none.
 */
function axisBehind(before: number | undefined, target: Shape, size: number): number | undefined {
  const at = target.findIndex((dim, index) => {
    const fits = dim === undefined || dim % size === 0;
    return fits && before !== undefined && sizeOf(target.slice(0, index)) === before;
  });
  return at < 0 ? undefined : at;
}

/** Replaces the batch in the constant sizes of a Resize. */
export function changeSizes(shapes: NodeShapes): Changed {
  const { node, built, fresh } = shapes;
  const [sizes, axis, [x = '']] = [constantDims(shapes, 3), batchAxis(shapes, 0), node.input];
  if (sizes === undefined || axis === undefined) return undefined;
  if (sizes.length !== built.shapes.get(x)?.length || sizes[axis] !== built.shapes.get(x)?.[axis]) return undefined;
  const { name, nodes, initializer } = shapeLike({ name: x, axis }, sizes, axis, fresh);
  return { nodes: [...nodes, withInput(node, 3, name)], initializer };
}

/** Replaces the batch in the target of an Expand by 1, which keeps the input's dimension. */
export function changeExpand(shapes: NodeShapes): Changed {
  const { node, built } = shapes;
  const [target, axis, x] = [constantDims(shapes, 1), batchAxis(shapes, 0), built.shapes.get(node.input[0] ?? '')];
  if (target === undefined || axis === undefined || x === undefined) return undefined;
  const at = axis + target.length - x.length;
  if (target[at] !== x[axis]) return undefined;
  return withIntegers(
    shapes,
    1,
    target.map((dim, index) => (index === at ? 1 : dim)),
  );
}

/**
 * Repeats inputs without a batch, such as a class token, for each item, in models that were exported for a batch of 1.
 */
export function changeConcat(shapes: NodeShapes): Changed {
  const { node, built, size, fresh } = shapes;
  const axes = node.input.map((_, index) => batchAxis(shapes, index));
  const [following, axis] = [axes.findIndex((one) => one !== undefined), axes.find((one) => one !== undefined)];
  const rank = built.shapes.get(node.input[following] ?? '')?.length ?? 0;
  if (axis === undefined || fromFront(intOf(node, 'axis', 0), rank) === axis) return undefined;
  const fixed = node.input.filter((name, index) => axes[index] === undefined && built.shapes.has(name));
  if (fixed.length === 0) return undefined;
  if (size !== 1 || fixed.some((name) => built.shapes.get(name)?.[axis] !== 1)) {
    return notRewritable('Concat joins the batch with a tensor of the same fixed size');
  }
  const ones = Array<number>(rank).fill(1);
  const dims = shapeLike({ name: node.input[following] ?? '', axis }, ones, axis, fresh);
  return repeat(node, fixed, dims, fresh);
}

function repeat(
  node: OnnxNode,
  fixed: readonly string[],
  dims: Change & { readonly name: string },
  fresh: (hint: string) => string,
): Change {
  const names = new Map(fixed.map((name) => [name, fresh(`${name}_repeated`)]));
  const expands = [...names].map(([from, to]): OnnxNode => ({
    ...node,
    name: '',
    opType: 'Expand',
    attribute: [],
    input: [from, dims.name],
    output: [to],
  }));
  const joined = { ...node, input: node.input.map((name) => names.get(name) ?? name) };
  return { nodes: [...dims.nodes, ...expands, joined], initializer: dims.initializer };
}

/** Inputs of recurrent operators with one value per item: the lengths of the sequences and the initial states. */
const perItemInputs: readonly (readonly [index: number, what: string])[] = [
  [4, 'lengths'],
  [5, 'initial state'],
  [6, 'initial cell'],
];

/** Removes constant initial states that are zero, which is also the default. */
export function changeStates({ node, built }: NodeShapes): Changed {
  const constantAt = (index: number): OnnxTensor | undefined => built.knownAt(node).constant(index);
  const constants = perItemInputs.filter(([index]) => constantAt(index) !== undefined);
  if (constants.length === 0) return undefined;
  const other = constants.find(([index]) => !isZero(constantAt(index)));
  if (other !== undefined)
    return notRewritable(`the ${other[1]} of ${node.opType} is a constant with the batch's size`);
  const dropped = new Set(constants.map(([index]) => index));
  const input = node.input.map((name, index) => (dropped.has(index) ? '' : name));
  return { nodes: [{ ...node, input }], initializer: [] };
}

const isZero = (tensor: OnnxTensor | undefined): boolean =>
  tensor !== undefined && floatsOf(tensor)?.every((value) => value === 0) === true;
